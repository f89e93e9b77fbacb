package org.gpumediator.api.vmm;

import java.util.List;
import java.util.Optional;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.pci.ConfigSpace;

/**
 * A virtual GPU: one PCI function as its guest sees it. Made by a mediator, carried by a VMM.
 *
 * <p>Safe for use by multiple threads: traps may arrive on any thread, several at once, also while
 * another thread resets, quiesces or closes the virtual GPU. {@link #reset}, {@link #quiesce},
 * {@link #resume} and {@link #close} take effect between traps: a trap in flight is finished first,
 * a later one sees the new state.
 */
public interface VirtualGpu extends AutoCloseable {

    /** Returns the name its creator gave it, unique in its mediator while it lives. */
    String name();

    /** Returns its number, {@code 0} and up, unique in its mediator while it lives. */
    int id();

    /** Returns what it was made as. */
    VgpuType type();

    /** Returns what it owns. Constant. */
    ResourcePartition partition();

    /** Returns where it is in its life. */
    VirtualGpuState state();

    /** Returns its configuration space. Constant; reads as all ones once closed. */
    ConfigSpace configSpace();

    /** Returns its BARs, and its expansion ROM if it has one, by rising index. Constant. */
    List<TrapRegion> regions();

    /**
     * Returns one BAR, or the expansion ROM.
     *
     * @param index BAR number, {@code 0} to {@code 5}, or {@link TrapRegion#EXPANSION_ROM}
     * @throws IllegalArgumentException if the function has no such BAR, or {@code index} is the
     *     upper half of one
     */
    default TrapRegion bar(int index) {
        return regions().stream()
                .filter(region -> region.index() == index)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "BAR " + index + ": " + name() + " has none"));
    }

    /** Returns its message interrupts as the guest has set them up. */
    MessageInterrupts interrupts();

    /**
     * Resets it, as {@link ResetKind} says. Other virtual GPUs see nothing of it. Also ends {@link
     * VirtualGpuState#FAILED}. If it is {@code FAILED} afterwards, the reset has not worked, or it
     * is a guest's own ({@link ResetKind#FUNCTION_LEVEL}) and put off because there were too many:
     * the mediator's steps do it then as soon as that is over. Resets by the VMM are not put off.
     *
     * @throws IllegalStateException if it is closed
     */
    void reset(ResetKind kind);

    /**
     * Holds it still: when the method returns none of its work is on the GPU and none will start.
     * Work that does not drain in the backend's documented time is treated as a hang. Traps are
     * still answered. No effect if it is quiesced already.
     *
     * @throws IllegalStateException if it is closed
     */
    void quiesce();

    /**
     * Lets it go on after {@link #quiesce}. No effect if it is not quiesced.
     *
     * @throws IllegalStateException if it is closed
     */
    void resume();

    /** Returns its counters as they are now: the guest's view, none of another's or the board's. */
    VgpuStatistics statistics();

    /**
     * Returns an optional ability of this virtual GPU, such as {@link Snapshottable}.
     *
     * @param ability the ability's interface
     * @return the ability, or empty if the backend does not have it
     */
    <T> Optional<T> ability(Class<T> ability);

    /**
     * Closes it: takes its work off the GPU (in bounded time), scrubs what the next owner could
     * read, drops every mapping of guest memory and gives its partition back. Idempotent. Traps
     * that come later read all ones and write nothing.
     */
    @Override
    void close();
}
