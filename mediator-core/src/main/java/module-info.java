/** The vendor-neutral half of the mediator, and the tools that backends are built with. */
@org.jspecify.annotations.NullMarked
module org.gpumediator.core {
    requires transitive org.gpumediator.api;
    requires static org.jspecify;
    requires static com.google.errorprone.annotations;
    requires com.google.common;
    requires org.slf4j;
    requires static jdk.jfr;

    exports org.gpumediator.core.catalogue;
    exports org.gpumediator.core.command;
    exports org.gpumediator.core.contain;
    exports org.gpumediator.core.desired;
    exports org.gpumediator.core.display;
    exports org.gpumediator.core.hardware;
    exports org.gpumediator.core.observe;
    exports org.gpumediator.core.pci;
    exports org.gpumediator.core;
    exports org.gpumediator.core.policy;
    exports org.gpumediator.core.schedule;
    exports org.gpumediator.core.wire;
    exports org.gpumediator.core.vmm;

    uses org.gpumediator.api.spi.GpuBackendProvider;
}
