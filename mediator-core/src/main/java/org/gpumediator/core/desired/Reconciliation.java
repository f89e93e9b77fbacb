package org.gpumediator.core.desired;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.jspecify.annotations.Nullable;

/**
 * Brings a GPU to a desired state, by the mediator's public methods alone.
 *
 * <p>What is as the state says is kept, undisturbed, whatever it is doing; what is not in the
 * state, or not as it says, is closed, the latest first; what is missing is created, those with
 * wished places first. Applied twice, the second time does nothing.
 *
 * <p>Nothing is closed for a state that could not be reached: whether everything would fit, whether
 * every attribute is one of this GPU and whether the carrier can carry it is tried on paper first.
 * What fails all the same (a GPU that refuses, a share that is lost) ends the application there;
 * {@link Outcome} says what was done and what was not, and applying the state again goes on from
 * there.
 *
 * <p>Applications to one mediator must not run at the same time: each would take the other's work
 * for something that is not in its state.
 */
public final class Reconciliation {

    /** Whoever carries the virtual GPUs. Called on the thread that applies. */
    public interface Carrier {

        /** Returns the VMM's side of a virtual GPU that is about to be created. */
        VmmPort port(DesiredVgpu wish);

        /**
         * Checks what the state says for the carrier, before anything is closed or created.
         *
         * @throws IllegalArgumentException if the carrier could not carry it; the message says why
         */
        default void check(DesiredVgpu wish) {}

        /**
         * Returns how a living virtual GPU that is as wished otherwise is carried differently, such
         * as on another socket; an empty text if it is not. It is replaced then.
         */
        default String difference(DesiredVgpu wish, VirtualGpu vgpu) {
            return "";
        }

        /**
         * Returns whether somebody uses a virtual GPU, so that closing it needs a word in the
         * state.
         */
        default boolean inUse(VirtualGpu vgpu) {
            return false;
        }

        /** Takes a virtual GPU that has been created. */
        void created(DesiredVgpu wish, VirtualGpu vgpu);

        /** Lets go of a virtual GPU that is about to be closed. */
        void closing(VirtualGpu vgpu);
    }

    /** What can be done about a virtual GPU. */
    public enum Action {
        KEEP,
        CLOSE,
        CREATE
    }

    /**
     * One step.
     *
     * @param action what
     * @param name of which virtual GPU
     * @param reason why, for people; empty if there is nothing to say
     */
    public record Step(Action action, String name, String reason) {

        @Override
        public String toString() {
            return action.name().toLowerCase(Locale.ROOT)
                    + " "
                    + name
                    + (reason.isEmpty() ? "" : " (" + reason + ")");
        }
    }

    /**
     * What an application has come to.
     *
     * @param kept what was as wanted
     * @param done the steps that were done, in their order
     * @param notDone the steps that were not, the one that failed first
     * @param failure why that one failed; empty if everything was done
     */
    public record Outcome(
            List<Step> kept, List<Step> done, List<Step> notDone, Optional<Exception> failure) {

        /** Copies the lists. */
        public Outcome {
            kept = List.copyOf(kept);
            done = List.copyOf(done);
            notDone = List.copyOf(notDone);
        }

        /** Returns whether the GPU is as the state says. */
        public boolean isComplete() {
            return notDone.isEmpty();
        }

        @Override
        public String toString() {
            return "kept "
                    + kept.size()
                    + ", done "
                    + done
                    + failure.map(why -> ", not done " + notDone + ": " + why.getMessage())
                            .orElse("");
        }
    }

    private final Mediator mediator;
    private final String gpu;
    private final Carrier carrier;
    private final Set<String> unmanaged;

    /**
     * Prepares.
     *
     * @param identity the mediator's GPU
     * @param carrier gives and takes the VMM's side
     * @param unmanaged names of virtual GPUs that no state is about, such as the host's own; they
     *     are not touched
     */
    public Reconciliation(
            Mediator mediator, GpuIdentity identity, Carrier carrier, Set<String> unmanaged) {
        this.mediator = Objects.requireNonNull(mediator, "mediator");
        this.carrier = Objects.requireNonNull(carrier, "carrier");
        gpu = DesiredState.nameOf(identity);
        this.unmanaged = Set.copyOf(unmanaged);
    }

    private record Plan(
            List<Step> kept, Map<Step, VirtualGpu> closing, Map<Step, DesiredVgpu> creating) {}

    /**
     * Returns what {@link #apply} would do now, in its order, what is kept first.
     *
     * @throws IllegalArgumentException as {@link #apply}
     * @throws InsufficientResourceException as {@link #apply}
     */
    public List<Step> plan(DesiredState state) {
        Plan plan = make(state);
        List<Step> steps = new ArrayList<>(plan.kept());
        steps.addAll(plan.closing().keySet());
        steps.addAll(plan.creating().keySet());
        return steps;
    }

    /**
     * Applies a state.
     *
     * @throws IllegalArgumentException if it is for another GPU or one that is set up otherwise, if
     *     it names a type, a resource or an amount that this GPU does not have, or would close what
     *     is in use and does not say so; nothing has changed
     * @throws InsufficientResourceException if it does not fit; nothing has changed
     * @throws IllegalStateException if the mediator is closed
     */
    public Outcome apply(DesiredState state) {
        Plan plan = make(state);
        List<Step> left = new ArrayList<>(plan.closing().keySet());
        left.addAll(plan.creating().keySet());
        List<Step> done = new ArrayList<>();
        Exception failure = null;
        while (!left.isEmpty() && failure == null) {
            Step step = left.getFirst();
            try {
                perform(plan, step);
                done.add(left.removeFirst());
            } catch (RuntimeException refused) {
                failure = refused;
            }
        }
        return new Outcome(plan.kept(), done, left, Optional.ofNullable(failure));
    }

    private void perform(Plan plan, Step step) {
        VirtualGpu old = plan.closing().get(step);
        if (old != null) {
            carrier.closing(old);
            old.close();
        }
        DesiredVgpu wish = plan.creating().get(step);
        if (wish != null) {
            carrier.created(wish, mediator.create(wish.request(), carrier.port(wish)));
        }
    }

    private Plan make(DesiredState state) {
        if (!state.gpu().equals(gpu)) {
            throw new IllegalArgumentException(
                    "state of GPU " + state.gpu() + ": this one is " + gpu);
        }
        state.settings().forEach(this::checkAttribute);
        Map<String, DesiredVgpu> wanted = new LinkedHashMap<>();
        for (DesiredVgpu wish : state.vgpus()) {
            if (unmanaged.contains(wish.name())) {
                throw new IllegalArgumentException(
                        "name " + wish.name() + ": expected none of " + unmanaged);
            }
            wanted.put(wish.name(), wish);
        }
        Plan plan = new Plan(new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        GpuInventory inventory = mediator.inventory();
        for (VirtualGpu vgpu : mediator.virtualGpus().reversed()) {
            if (unmanaged.contains(vgpu.name())) {
                continue;
            }
            String reason = reason(wanted.get(vgpu.name()), vgpu);
            if (reason.isEmpty()) {
                wanted.remove(vgpu.name());
                plan.kept().addFirst(new Step(Action.KEEP, vgpu.name(), ""));
            } else {
                if (carrier.inUse(vgpu) && !state.mayClose().contains(vgpu.name())) {
                    throw new IllegalArgumentException(
                            vgpu.name()
                                    + ": would be closed ("
                                    + reason
                                    + ") while it is in use: expected a line close "
                                    + vgpu.name());
                }
                inventory = inventory.without(vgpu.name());
                plan.closing().put(new Step(Action.CLOSE, vgpu.name(), reason), vgpu);
            }
        }
        for (boolean placed : new boolean[] {true, false}) {
            for (DesiredVgpu wish : wanted.values()) {
                if (wish.request().places().isEmpty() != placed) {
                    carrier.check(wish);
                    inventory = fitted(inventory, wish);
                    plan.creating().put(new Step(Action.CREATE, wish.name(), ""), wish);
                }
            }
        }
        return plan;
    }

    /** What is no attribute of the inventory is for the carrier. */
    private void checkAttribute(String name, String value) {
        String has = mediator.inventory().attributes().get(name);
        if (has != null && !has.equals(value)) {
            throw new IllegalArgumentException(
                    "set " + name + "=" + value + ": this GPU was opened with " + has);
        }
    }

    private String reason(@Nullable DesiredVgpu wish, VirtualGpu vgpu) {
        if (wish == null) {
            return "not wanted";
        }
        String difference = wish.difference(mediator, vgpu);
        return difference.isEmpty() ? carrier.difference(wish, vgpu) : difference;
    }

    private GpuInventory fitted(GpuInventory inventory, DesiredVgpu wish) {
        return switch (mediator.couldCreate(inventory, wish.request())) {
            case PartitionDecision.Placed(var partition) ->
                    inventory.with(
                            new Holding(wish.name(), mediator.typeOf(wish.request()), partition));
            case PartitionDecision.Refused refused ->
                    throw new InsufficientResourceException(refused);
        };
    }
}
