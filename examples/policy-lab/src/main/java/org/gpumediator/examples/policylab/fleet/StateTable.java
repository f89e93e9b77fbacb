package org.gpumediator.examples.policylab.fleet;

import java.util.HashMap;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.jspecify.annotations.Nullable;

/** The states of a model's boards that have been met; boards that look the same share one. */
final class StateTable {

    /** When so many are known, all are forgotten: what is needed again is worked out again. */
    private static final int MOST = 1 << 15;

    /** What makes two boards one state: how they look to the planner, and the only type held. */
    private record Key(Object view, @Nullable String only) {

        @Override
        public int hashCode() {
            return view.hashCode();
        }
    }

    private final BoardModel model;
    private final Map<Key, BoardState> states = new HashMap<>();
    private int met;

    StateTable(BoardModel model) {
        this.model = model;
    }

    BoardModel model() {
        return model;
    }

    /** Returns how many states were worked out. */
    int met() {
        return met;
    }

    /** Returns the state of a board on which nobody is. */
    BoardState empty() {
        GpuInventory empty = model.empty();
        return state(new Key(model.planner().view(empty), null), empty);
    }

    /** Returns the state of a board after a virtual GPU has come to it. */
    BoardState with(BoardState before, GpuInventory.Holding came, GpuInventory after) {
        String type = came.type().name();
        return state(
                new Key(
                        model.planner().view(before.view(), came, after),
                        before.isEmpty() || before.holdsOnly(type) ? type : null),
                after);
    }

    /** Returns the state of a board after a virtual GPU has left it. */
    BoardState without(BoardState before, GpuInventory.Holding gone, GpuInventory after) {
        return state(new Key(model.planner().view(before.view(), gone, after), only(after)), after);
    }

    private BoardState state(Key key, GpuInventory inventory) {
        BoardState known = states.get(key);
        if (known == null) {
            if (states.size() == MOST) {
                states.clear();
            }
            known = new BoardState(this, key.view, inventory, key.only);
            states.put(key, known);
            met++;
        }
        return known;
    }

    private static @Nullable String only(GpuInventory inventory) {
        String only = null;
        for (GpuInventory.Holding holding : inventory.holdings()) {
            String type = holding.type().name();
            if (only != null && !only.equals(type)) {
                return null;
            }
            only = type;
        }
        return only;
    }
}
