/**
 * The three doors of GPU Mediator: what a VMM sees of a virtual GPU, what a backend implements, and
 * what a physical GPU must offer. Interfaces, records and exceptions only; no logging, no threads,
 * no native access, no vendor vocabulary.
 */
@org.jspecify.annotations.NullMarked
module org.gpumediator.api {
    requires static transitive org.jspecify;

    exports org.gpumediator.api;
    exports org.gpumediator.api.event;
    exports org.gpumediator.api.hardware;
    exports org.gpumediator.api.partition;
    exports org.gpumediator.api.pci;
    exports org.gpumediator.api.schedule;
    exports org.gpumediator.api.spi;
    exports org.gpumediator.api.vmm;
}
