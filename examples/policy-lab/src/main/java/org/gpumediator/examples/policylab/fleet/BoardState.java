package org.gpumediator.examples.policylab.fleet;

import java.util.HashMap;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;
import org.jspecify.annotations.Nullable;

/**
 * What a board holds, shared by all boards of a model that hold the same. As policies are pure,
 * what follows from a state is worked out once, when it is first asked for.
 *
 * <p>Owners in its inventory are numbers of the lab's: a policy must not look at them.
 */
public final class BoardState {

    /** What comes of a request: either a partition and the state it leads to, or a refusal. */
    private record Outcome(
            @Nullable Share share,
            @Nullable BoardState next,
            PartitionDecision.@Nullable Refused refused) {}

    /** A type at its place. */
    record Share(VgpuType type, ResourcePartition partition) {}

    private final StateTable table;
    private final GpuInventory inventory;
    private final Map<Share, Integer> held;
    private final long free;
    private final Map<String, Outcome> outcomes = new HashMap<>();
    private final Map<Share, BoardState> without = new HashMap<>();
    private final Map<String, Integer> creatable = new HashMap<>();
    private final Map<String, Integer> scores = new HashMap<>();

    BoardState(StateTable table, GpuInventory inventory, Map<Share, Integer> held) {
        this.table = table;
        this.inventory = inventory;
        this.held = held;
        free = inventory.available(table.model().measure());
    }

    /** Returns the model of the board. */
    public BoardModel model() {
        return table.model();
    }

    /** Returns what the board has and holds. */
    public GpuInventory inventory() {
        return inventory;
    }

    /** Returns how much nobody holds, in the model's measure. */
    public long free() {
        return free;
    }

    /** Returns whether a virtual GPU of a type fits. */
    public boolean fits(String type) {
        return outcome(type).next != null;
    }

    /** Returns why a virtual GPU of a type does not fit; null if it does. */
    public PartitionDecision.@Nullable Refused refused(String type) {
        return outcome(type).refused;
    }

    /**
     * Returns the state with one more virtual GPU.
     *
     * @throws IllegalArgumentException if it does not fit
     */
    public BoardState with(String type) {
        BoardState next = outcome(type).next;
        if (next == null) {
            throw new IllegalArgumentException(type + ": does not fit on " + model().name());
        }
        return next;
    }

    @Nullable Share share(String type) {
        return outcome(type).share;
    }

    /** Returns the state without one of its virtual GPUs. */
    BoardState without(Share share) {
        return without.computeIfAbsent(share, gone -> table.state(changed(gone, -1)));
    }

    /** Returns how many of a type could be created one after the other if nothing else came. */
    public int creatable(String type) {
        Integer known = creatable.get(type);
        if (known != null) {
            return known;
        }
        int count = 0;
        for (BoardState state = this; state.fits(type); state = state.with(type)) {
            count++;
        }
        creatable.put(type, count);
        return count;
    }

    int score(FleetPolicy policy, String type) {
        Integer known = scores.get(type);
        if (known != null) {
            return known;
        }
        int score = policy.score(this, type);
        if (score < 0 || score > FleetPolicy.BEST) {
            throw new IllegalArgumentException(
                    policy.title() + ": score " + score + ", expected 0 to " + FleetPolicy.BEST);
        }
        scores.put(type, score);
        return score;
    }

    private Outcome outcome(String type) {
        Outcome known = outcomes.get(type);
        if (known == null) {
            known = decide(type);
            outcomes.put(type, known);
        }
        return known;
    }

    private Outcome decide(String name) {
        VgpuType type = model().type(name);
        if (type == null) {
            return new Outcome(null, null, null);
        }
        PartitionDecision decision =
                model().policy().decide(inventory, PartitionRequest.of("new", type));
        return switch (decision) {
            case PartitionDecision.Refused refused -> new Outcome(null, null, refused);
            case PartitionDecision.Placed placed -> {
                Share share = new Share(type, placed.partition());
                yield new Outcome(share, table.state(changed(share, 1)), null);
            }
        };
    }

    private Map<Share, Integer> changed(Share share, int by) {
        Map<Share, Integer> changed = new HashMap<>(held);
        if (changed.merge(share, by, Integer::sum) == 0) {
            changed.remove(share);
        }
        return changed;
    }
}
