package org.gpumediator.examples.policylab.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.VfPlacementPolicy;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.junit.jupiter.api.Test;

class FleetTest {

    private static final Map<String, Integer> SIZES =
            AdaBoards.sizes(AdaBoard.L4, PlacementMode.HETEROGENEOUS);

    private static Map<BoardModel, Integer> boards(int count) {
        Map<BoardModel, Integer> boards = new LinkedHashMap<>();
        boards.put(
                AdaBoards.of(
                        AdaBoard.L4,
                        PlacementMode.HETEROGENEOUS,
                        VfPlacementPolicy.KEEP_MOST_CREATABLE),
                count);
        return boards;
    }

    private static Stream stream(int requests) {
        return FleetDemand.generated(SIZES, Map.of(AdaBoard.L4, 6), requests, 3).getFirst();
    }

    private static int bestByLooking(Fleet fleet, FleetPolicy policy, String type) {
        int best = -1;
        for (int i = 0; i < fleet.boards(); i++) {
            BoardState board = fleet.board(i);
            if (board.fits(type)
                    && (best < 0
                            || policy.score(board, type) > policy.score(fleet.board(best), type))) {
                best = i;
            }
        }
        return best;
    }

    @Test
    void choosesTheBoardThatLookingAtAllOfThemChooses() {
        for (FleetPolicy policy : FleetPolicies.all(stream(200).demand())) {
            Fleet fleet = new Fleet(boards(6), policy, 1);
            Random random = new Random(5);
            List<String> types = List.copyOf(SIZES.keySet());
            List<Fleet.Placed> placed = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                if (!placed.isEmpty() && random.nextInt(3) == 0) {
                    fleet.remove(placed.remove(random.nextInt(placed.size())));
                }
                String type = types.get(random.nextInt(types.size()));
                int expected = bestByLooking(fleet, policy, type);
                Fleet.Placed answer = fleet.place(type);
                if (expected < 0) {
                    assertThat(answer).isNull();
                } else if (policy.isDrawn()) {
                    assertThat(answer).isNotNull();
                } else {
                    assertThat(answer).as(policy.title()).isNotNull();
                    assertThat(java.util.Objects.requireNonNull(answer).board())
                            .as(policy.title())
                            .isEqualTo(expected);
                }
                if (answer != null) {
                    placed.add(answer);
                }
            }
        }
    }

    @Test
    void nothingOnABoardOverlaps() {
        Fleet fleet = new Fleet(boards(3), FleetPolicies.BEST_FIT, 1);
        new FleetRun(fleet, stream(150)).run();

        for (int i = 0; i < fleet.boards(); i++) {
            Set<Long> slots = new HashSet<>();
            for (GpuInventory.Holding holding : fleet.board(i).inventory().holdings()) {
                for (ResourceRange range : holding.partition().ranges(VfResources.PLACEMENT)) {
                    for (long slot = range.start(); slot < range.end(); slot++) {
                        assertThat(slots.add(slot)).isTrue();
                    }
                }
            }
        }
    }

    @Test
    void removingEverythingLeavesEmptyBoards() {
        Fleet fleet = new Fleet(boards(2), FleetPolicies.FIRST_FIT, 1);
        List<Fleet.Placed> placed = new ArrayList<>();
        for (Fleet.Placed one = fleet.place("NVIDIA L4-6Q");
                one != null;
                one = fleet.place("NVIDIA L4-6Q")) {
            placed.add(one);
        }

        assertThat(placed).hasSize(8);
        assertThat(fleet.utilisation()).isEqualTo(1);
        placed.forEach(fleet::remove);
        assertThat(fleet.utilisation()).isZero();
        assertThat(fleet.board(0).inventory().holdings()).isEmpty();
        assertThat(fleet.board(0)).isSameAs(fleet.board(1));
    }

    @Test
    void fragmentIsWhatATypeCouldNotUse() {
        BoardState empty = new Fleet(boards(1), FleetPolicies.FIRST_FIT, 1).board(0);
        FleetPolicies.Gradient whole = new FleetPolicies.Gradient(Map.of("NVIDIA L4-24Q", 1.0));

        assertThat(whole.fragmentation(empty)).isZero();
        assertThat(whole.fragmentation(empty.with("NVIDIA L4-12Q"))).isEqualTo(0.5);
    }

    @Test
    void refusalsAddUpAndNameTheResource() {
        Fleet fleet = new Fleet(boards(1), FleetPolicies.FIRST_FIT, 1);
        Stream stream =
                new Stream(
                        "two wholes",
                        List.of(
                                new Stream.Request(0, 10, "NVIDIA L4-24Q"),
                                new Stream.Request(1, 10, "NVIDIA L4-24Q"),
                                new Stream.Request(11, 10, "NVIDIA L4-24Q"),
                                new Stream.Request(12, 10, "NVIDIA L40-48Q")));

        FleetRun.Result result = new FleetRun(fleet, stream).run();

        assertThat(result.accepted()).isEqualTo(2);
        Map<String, Integer> expected = new HashMap<>(Map.of("placement", 1, "type", 1));
        assertThat(result.refused()).isEqualTo(expected);
        assertThat(result.refusedThoughFree()).isZero();
    }
}
