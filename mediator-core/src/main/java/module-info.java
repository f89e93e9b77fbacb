/**
 * The vendor-neutral half of the mediator, and the tools that backends are built with.
 *
 * <p>An embedder begins at {@link org.gpumediator.core.Mediator}: it opens a GPU, creates virtual
 * GPUs, and is stepped, by hand or by a {@link org.gpumediator.core.MediatorRunner}. Ready-made
 * policies are in {@link org.gpumediator.core.policy} and {@link org.gpumediator.core.schedule},
 * parts every VMM needs in {@link org.gpumediator.core.vmm}. The other packages are for authors of
 * backends; {@link org.gpumediator.core.pci.PciFunction} is where most begin.
 */
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
