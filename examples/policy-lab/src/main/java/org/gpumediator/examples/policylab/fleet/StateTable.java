package org.gpumediator.examples.policylab.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.examples.policylab.fleet.BoardState.Share;

/** Every state of a model's boards that has been met; equal holdings are one state. */
final class StateTable {

    private final BoardModel model;
    private final Map<Map<Share, Integer>, BoardState> states = new HashMap<>();
    private final Map<Share, Integer> numbers = new HashMap<>();

    StateTable(BoardModel model) {
        this.model = model;
    }

    BoardModel model() {
        return model;
    }

    BoardState empty() {
        return state(Map.of());
    }

    int size() {
        return states.size();
    }

    BoardState state(Map<Share, Integer> held) {
        BoardState known = states.get(held);
        if (known == null) {
            Map<Share, Integer> kept = Map.copyOf(held);
            known = new BoardState(this, inventory(kept), kept);
            states.put(kept, known);
        }
        return known;
    }

    /** Holdings are in the order in which the lab first met each: the same in every run. */
    private GpuInventory inventory(Map<Share, Integer> held) {
        List<Share> shares = new ArrayList<>(held.keySet());
        shares.forEach(share -> numbers.putIfAbsent(share, numbers.size()));
        shares.sort((one, other) -> numbers.getOrDefault(one, 0) - numbers.getOrDefault(other, 0));
        List<GpuInventory.Holding> holdings = new ArrayList<>();
        for (Share share : shares) {
            for (int i = 0; i < held.getOrDefault(share, 0); i++) {
                holdings.add(
                        new GpuInventory.Holding(
                                "vgpu" + holdings.size(), share.type(), share.partition()));
            }
        }
        GpuInventory empty = model.empty();
        List<GpuInventory.Holding> all = new ArrayList<>(empty.holdings());
        all.addAll(holdings);
        return new GpuInventory(empty.resources(), all, empty.attributes());
    }
}
