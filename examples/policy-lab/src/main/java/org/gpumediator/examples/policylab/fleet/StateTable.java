package org.gpumediator.examples.policylab.fleet;

import java.util.HashMap;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.jspecify.annotations.Nullable;

/** The states of a model's boards that have been met; boards that look the same share one. */
final class StateTable {

    /** When so many are known, all are forgotten: what is needed again is worked out again. */
    private static final int MOST = 1 << 17;

    /** What makes two boards one state: how they look to the planner, and the only type held. */
    private record Key(Object view, @Nullable String only) {}

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

    BoardState state(GpuInventory inventory) {
        Key key = new Key(model.planner().view(inventory), only(inventory));
        BoardState known = states.get(key);
        if (known == null) {
            if (states.size() == MOST) {
                states.clear();
            }
            known = new BoardState(this, inventory, key.only);
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
