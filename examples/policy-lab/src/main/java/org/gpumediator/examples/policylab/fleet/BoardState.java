package org.gpumediator.examples.policylab.fleet;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;
import org.jspecify.annotations.Nullable;

/**
 * What there is to know of a board before a decision, shared by all boards of a model that look the
 * same to its planner. As policies are pure, what follows from a state is worked out once.
 */
public final class BoardState {

    /** The state with one more, and what that one would have on a board of this inventory. */
    private record Next(BoardState state, ResourcePartition partition) {}

    private final StateTable table;
    private final Object view;
    private final GpuInventory inventory;
    private final @Nullable String only;
    private final long free;
    private final int[] creatable;
    private final int[] scores;
    private final @Nullable Next[] next;
    private final Map<String, String> lacking = new HashMap<>(0);

    BoardState(StateTable table, Object view, GpuInventory inventory, @Nullable String only) {
        this.table = table;
        this.view = view;
        this.inventory = inventory;
        this.only = only;
        free = model().free(inventory);
        creatable = model().planner().creatable(view, inventory);
        next = new Next[creatable.length];
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
        return next(type).state;
    }

    private Next next(String type) {
        int number = model().number(type);
        if (number < 0 || creatable[number] == 0) {
            throw new IllegalArgumentException(type + ": does not fit on " + model().name());
        }
        Next known = next[number];
        if (known == null) {
            VgpuType asked = model().types().get(number);
            PartitionDecision decision =
                    model().policy().decide(inventory, PartitionRequest.of("new", asked));
            if (!(decision instanceof PartitionDecision.Placed(var partition))) {
                throw new IllegalStateException(
                        model().name()
                                + ": planner and policy differ on "
                                + type
                                + ": "
                                + decision);
            }
            GpuInventory.Holding came = new GpuInventory.Holding("new", asked, partition);
            known = new Next(table.with(this, came, inventory.with(came)), partition);
            next[number] = known;
        }
        return known;
    }

    /** Returns what a virtual GPU gets on a board in this state. */
    GpuInventory.Holding placed(GpuInventory board, String type, String owner) {
        ResourcePartition partition = next(type).partition;
        return new GpuInventory.Holding(
                owner,
                model().types().get(model().number(type)),
                board == inventory ? partition : model().planner().partition(board, partition));
    }

    Object view() {
        return view;
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
