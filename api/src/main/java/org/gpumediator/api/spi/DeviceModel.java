package org.gpumediator.api.spi;

import java.util.List;
import java.util.Optional;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;

/**
 * One virtual GPU as its backend builds it. The mediator wraps it into a {@link
 * org.gpumediator.api.vmm.VirtualGpu} and keeps its life: reset, quiesce, resume and close are
 * never called at the same time, and once {@link #close} is called no new trap arrives.
 *
 * @implSpec Traps may arrive on any thread at any time, also during reset, quiesce and resume.
 *     Nothing here throws for what a guest does.
 */
public interface DeviceModel extends AutoCloseable {

    /** Returns its configuration space. */
    ConfigSpace configSpace();

    /** Returns its BARs and ROM, by rising index. */
    List<TrapRegion> regions();

    /** Returns its message interrupts. */
    MessageInterrupts interrupts();

    /** Returns whether the guest has touched it since creation or reset. */
    boolean touched();

    /** Returns whether it has failed and needs a reset. */
    boolean failed();

    /**
     * Resets it. Bounded in time, whatever its guest does. One that asks for too many resets of its
     * own function ({@link ResetKind#FUNCTION_LEVEL}) may be made to wait: it {@link #failed} until
     * a step does the reset. Resets by the VMM are done at once.
     */
    void reset(ResetKind kind);

    /** Takes its work off the GPU and starts no more. Bounded in time. */
    void quiesce();

    /** Lets its work go on. */
    void resume();

    /** Returns its counters: the guest's view, none of another's or of the whole board. */
    VgpuStatistics statistics();

    /** Returns an optional ability, or empty. */
    <T> Optional<T> ability(Class<T> ability);

    /**
     * Takes it off the GPU, scrubs its share and drops its mappings. Bounded in time. Idempotent.
     *
     * @throws org.gpumediator.api.GpuMediationException if its share could not be made safe for
     *     another owner; the mediator then gives that share to nobody until {@link
     *     GpuBackend#takeReclaimed} says so
     * @implSpec Plain registers are read and written without a lock, so a trap that began before
     *     may still be on its way through the model. Once this method has returned such a trap must
     *     reach neither the GPU nor the guest's memory: whatever does either runs under the model's
     *     own lock and looks whether the model is closed.
     */
    @Override
    void close();
}
