package org.gpumediator.api.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.vmm.VmmPort;

/**
 * A vendor's implementation, bound to one physical GPU.
 *
 * @implSpec Safe for use by multiple threads. The mediator keeps the books (who holds what); the
 *     backend enforces them.
 */
public interface GpuBackend extends AutoCloseable {

    /** Returns what the GPU has, with nothing given out. Constant but for its attributes. */
    GpuInventory capacity();

    /** Returns the types on offer, largest share last. Constant. */
    List<VgpuType> types();

    /**
     * Returns the type of the host's own share; empty if the host has none on this kind of GPU.
     * Constant.
     */
    default Optional<VgpuType> hostType() {
        return Optional.empty();
    }

    /**
     * Makes an anonymous type of free quotas.
     *
     * @param quotas by resource; resources left out get the backend's default
     * @throws IllegalArgumentException if a quota is illegal in itself (not a multiple, below the
     *     least); the message names it and the limit
     */
    VgpuType anonymousType(Map<ResourceKind, Long> quotas);

    /**
     * Checks the attributes of a virtual GPU that is only thought of.
     *
     * @param attributes as {@link VgpuBlueprint#attributes}
     * @throws IllegalArgumentException if {@link #create} would refuse a name or a value; the
     *     message names it
     */
    default void checkAttributes(Map<String, String> attributes) {}

    /**
     * Holds the answer of a policy, which may be anybody's, against rules of the GPU that its
     * inventory does not show: fixed places, resources that share one space. Asked before anything
     * is made, and for requests that are only thought of.
     *
     * @param inventory what there is and who holds it
     * @param request what was asked for
     * @param answer is free by the inventory, and no less than was asked for
     * @return the answer if the GPU can do it; otherwise a refusal whose reason says why not
     */
    default PartitionDecision checked(
            GpuInventory inventory, PartitionRequest request, PartitionDecision.Placed answer) {
        return answer;
    }

    /** Returns how partitions are chosen unless the embedder says otherwise. */
    PartitionPolicy defaultPolicy();

    /**
     * Builds the device model of one virtual GPU.
     *
     * @throws org.gpumediator.api.ShareLostException if it failed half way and the share could not
     *     be made safe for another owner; the mediator then gives that share to nobody until {@link
     *     #takeReclaimed} says so
     * @throws org.gpumediator.api.GpuMediationException if the GPU or its firmware refuses; nothing
     *     is left behind
     */
    DeviceModel create(VgpuBlueprint blueprint);

    /**
     * Returns whether a share that was lost is safe for another owner by now, and forgets it. Asked
     * after each step for every share that {@link #create} or the close of a device model has lost.
     *
     * @param id number of the virtual GPU that had it
     */
    default boolean takeReclaimed(int id) {
        return false;
    }

    /**
     * Returns what clears memory of the GPU's own that outlives its reset: run with no virtual GPU
     * on it, after a guest has had the whole GPU. Empty for GPUs without such memory. It throws
     * {@link org.gpumediator.api.GpuMediationException} if it could not be done; the GPU is given
     * to nobody then.
     */
    default Optional<Runnable> scrubber() {
        return Optional.empty();
    }

    /**
     * Does what is due: ends slices, finds hangs, emulates timers. Bounded in time; touches nothing
     * if nothing is due.
     *
     * @param nowNanos the clock
     * @return when to call again at the latest, on the same clock; {@link Long#MAX_VALUE} if only
     *     an interrupt or a trap can bring new work
     */
    long step(long nowNanos);

    /**
     * Returns counters of the physical GPU by name: switches, resets, time on each engine. They are
     * the host's: no guest is told.
     */
    Map<String, Long> counters();

    /** Returns an optional ability of this backend, or empty. */
    <T> Optional<T> ability(Class<T> ability);

    /** Gives the physical GPU back. Called when every device model is closed. Idempotent. */
    @Override
    void close();

    /**
     * What a virtual GPU shall be.
     *
     * @param name its name
     * @param id its number
     * @param type what it is made as
     * @param partition what it owns
     * @param vmm the VMM that carries it
     * @param role whether it belongs to a guest or to the host itself
     * @param attributes further wishes that only this vendor has, by name; a backend rejects names
     *     it does not know
     */
    record VgpuBlueprint(
            String name,
            int id,
            VgpuType type,
            ResourcePartition partition,
            VmmPort vmm,
            Role role,
            Map<String, String> attributes) {

        /** Whose virtual GPU it is. */
        public enum Role {
            GUEST,
            /**
             * The host's own share; goes through the same path, with the few privileges its backend
             * documents.
             */
            HOST
        }

        /** Copies the map. */
        public VgpuBlueprint {
            attributes = Map.copyOf(attributes);
        }
    }
}
