package org.gpumediator.examples.policylab.fleet;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.VgpuType;
import org.jspecify.annotations.Nullable;

/**
 * What there is to know of a board before a decision, shared by all boards of a model that look the
 * same to its planner. As policies are pure, what follows from a state is worked out once.
 */
public final class BoardState {

    private final StateTable table;
    private final GpuInventory inventory;
    private final @Nullable String only;
    private final long free;
    private final int[] creatable;
    private final int[] scores;
    private final Map<String, BoardState> next = new HashMap<>(0);
    private final Map<String, String> lacking = new HashMap<>(0);

    BoardState(StateTable table, GpuInventory inventory, @Nullable String only) {
        this.table = table;
        this.inventory = inventory;
        this.only = only;
        free = model().free(inventory);
        creatable = model().planner().creatable(inventory);
        scores = new int[creatable.length];
        Arrays.fill(scores, -1);
    }

    /** Returns the model of the board. */
    public BoardModel model() {
        return table.model();
    }

    /**
     * Returns the inventory of one board in this state. On another the same places may be taken by
     * others.
     */
    public GpuInventory inventory() {
        return inventory;
    }

    /** Returns how much nobody holds, in the model's measure. */
    public long free() {
        return free;
    }

    /** Returns whether nobody is on the board. */
    public boolean isEmpty() {
        return inventory.holdings().isEmpty();
    }

    /** Returns whether only virtual GPUs of a type are on the board, at least one. */
    public boolean holdsOnly(String type) {
        return type.equals(only);
    }

    /** Returns whether a virtual GPU of a type fits. */
    public boolean fits(String type) {
        return creatable(type) > 0;
    }

    /** Returns how many of a type could be created if nothing else came. */
    public int creatable(String type) {
        int number = model().number(type);
        return number < 0 ? 0 : creatable[number];
    }

    int creatable(int number) {
        return creatable[number];
    }

    /**
     * Returns the state with one more virtual GPU.
     *
     * @throws IllegalArgumentException if it does not fit
     */
    public BoardState with(String type) {
        BoardState known = next.get(type);
        if (known == null) {
            known = table.state(placed(inventory, type, "new"));
            next.put(type, known);
        }
        return known;
    }

    /** Returns a board's inventory with one more virtual GPU, by the model's policy. */
    GpuInventory placed(GpuInventory board, String type, String owner) {
        if (!fits(type)) {
            throw new IllegalArgumentException(type + ": does not fit on " + model().name());
        }
        VgpuType asked = model().types().get(model().number(type));
        PartitionDecision decision =
                model().policy().decide(board, PartitionRequest.of(owner, asked));
        if (decision instanceof PartitionDecision.Placed placed) {
            return board.with(new GpuInventory.Holding(owner, asked, placed.partition()));
        }
        throw new IllegalStateException(
                model().name() + ": planner and policy differ on " + type + ": " + decision);
    }

    /** Returns the resource that is short for a type that does not fit. */
    String lacking(String type) {
        int number = model().number(type);
        if (number < 0) {
            return "type";
        }
        String known = lacking.get(type);
        if (known == null) {
            PartitionRequest request = PartitionRequest.of("new", model().types().get(number));
            known =
                    model().policy().decide(inventory, request)
                                    instanceof PartitionDecision.Refused refused
                            ? refused.kind().name()
                            : "nothing";
            lacking.put(type, known);
        }
        return known;
    }

    /** Returns the score for a type that fits; -1 if it does not. */
    int score(FleetPolicy policy, String type) {
        int number = model().number(type);
        if (number < 0 || creatable[number] == 0) {
            return -1;
        }
        if (scores[number] < 0) {
            int score = policy.score(this, type);
            if (score < 0 || score > FleetPolicy.BEST) {
                throw new IllegalArgumentException(
                        String.format(
                                "%s: score %d, expected 0 to %d",
                                policy.title(), score, FleetPolicy.BEST));
            }
            scores[number] = score;
        }
        return scores[number];
    }
}
