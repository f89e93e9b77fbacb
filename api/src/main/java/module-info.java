/**
 * The three doors of GPU Mediator: what a VMM sees of a virtual GPU, what a backend implements, and
 * what a physical GPU must offer. Interfaces, records and exceptions only; no logging, no threads,
 * no native access, no vendor vocabulary.
 *
 * <table>
 * <caption>Where to begin</caption>
 * <tr><th>you write</th><th>begin at</th></tr>
 * <tr><td>a VMM, or its tests</td><td>{@link org.gpumediator.api.vmm.VirtualGpu}, {@link
 * org.gpumediator.api.vmm.VmmPort}</td></tr>
 * <tr><td>a partition policy, or an orchestrator</td><td>{@link
 * org.gpumediator.api.partition.PartitionPolicy}, {@link
 * org.gpumediator.api.partition.GpuInventory}</td></tr>
 * <tr><td>a scheduling policy</td><td>{@link org.gpumediator.api.schedule.SchedulingPolicy}, {@link
 * org.gpumediator.api.schedule.RunQueue}</td></tr>
 * <tr><td>a backend for other GPUs</td><td>{@link org.gpumediator.api.spi.GpuBackendProvider},
 * {@link org.gpumediator.api.spi.GpuBackend}</td></tr>
 * <tr><td>access to a real GPU, or a fake</td><td>{@link
 * org.gpumediator.api.hardware.PhysicalGpu}</td></tr>
 * </table>
 *
 * <p>Threads: traps arrive on any thread; callbacks of an embedder say in their own Javadoc with
 * which locks they may be called; nothing here starts a thread or asks for the time. Errors: what a
 * guest does wrong is counted ({@link org.gpumediator.api.event.GuestFault}) and answered as
 * hardware would; what a caller does wrong is an {@link IllegalArgumentException} or an {@link
 * IllegalStateException} that names value and limit; what the GPU refuses is a {@link
 * org.gpumediator.api.GpuMediationException}.
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
