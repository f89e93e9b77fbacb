package org.gpumediator.examples.policylab.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.PlacementPlanner;
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
            for (GpuInventory.Holding holding : fleet.inventory(i).holdings()) {
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
        assertThat(fleet.inventory(0).holdings()).isEmpty();
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

    @Test
    void whatIsAddedUpIsWhatLookingAtAllBoardsAddsUp() {
        Fleet fleet = new Fleet(boards(5), FleetPolicies.WORST_FIT, 1);
        Map<String, Double> demand = stream(200).demand();
        FleetPolicies.Gradient measure = new FleetPolicies.Gradient(demand);
        Random random = new Random(7);
        List<String> types = List.copyOf(SIZES.keySet());
        List<Fleet.Placed> placed = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            if (!placed.isEmpty() && random.nextInt(3) == 0) {
                fleet.remove(placed.remove(random.nextInt(placed.size())));
            }
            Fleet.Placed one = fleet.place(types.get(random.nextInt(types.size())));
            if (one != null) {
                placed.add(one);
            }
            double free = 0;
            double fragments = 0;
            for (int board = 0; board < fleet.boards(); board++) {
                free += fleet.board(board).free() / 24.0;
                fragments += measure.fragmentation(fleet.board(board));
            }
            assertThat(fleet.utilisation()).isCloseTo(1 - free / 5, within(1e-9));
            assertThat(fleet.fragmented(demand))
                    .isCloseTo(free == 0 ? 0 : fragments / free, within(1e-9));
        }
    }

    @Test
    void scatteredIsWhatThePlannerOfOneBoardSays() {
        Fleet fleet = new Fleet(boards(1), FleetPolicies.FIRST_FIT, 1);
        List<Fleet.Placed> placed = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            placed.add(java.util.Objects.requireNonNull(fleet.place("NVIDIA L4-6Q")));
        }
        fleet.remove(placed.get(0));
        fleet.remove(placed.get(2));

        int percent = new PlacementPlanner(fleet.inventory(0)).fragmentation().percent();

        assertThat(percent).isPositive();
        assertThat((int) (100 * fleet.scattered())).isEqualTo(percent);
    }

    @Test
    void movesAreCountedAndNothingIsMoved() {
        Fleet fleet = new Fleet(boards(2), FleetPolicies.WORST_FIT, 1);
        fleet.place("NVIDIA L4-12Q");
        fleet.place("NVIDIA L4-12Q");
        List<GpuInventory> before = List.of(fleet.inventory(0), fleet.inventory(1));

        assertThat(fleet.place("NVIDIA L4-24Q")).isNull();
        assertThat(fleet.hasRoomInAll("NVIDIA L4-24Q")).isTrue();
        assertThat(fleet.movesNeeded("NVIDIA L4-24Q")).isEqualTo(1);
        assertThat(List.of(fleet.inventory(0), fleet.inventory(1))).isEqualTo(before);
        fleet.place("NVIDIA L4-12Q");
        assertThat(fleet.movesNeeded("NVIDIA L4-24Q")).isZero();
    }

    @Test
    void plannerThatTriesAgreesWithThePlannerOfTheBoards() {
        BoardModel model = boards(1).keySet().iterator().next();
        BoardPlanner trying = BoardPlanner.byTrying(model.policy(), model.types());
        for (int seed = 0; seed < 6; seed++) {
            Fleet fleet = new Fleet(boards(1), FleetPolicies.FIRST_FIT, 1);
            new FleetRun(fleet, stream(10 + seed)).run();
            GpuInventory inventory = fleet.inventory(0);

            assertThat(trying.creatable(trying.view(inventory), inventory))
                    .isEqualTo(
                            model.planner().creatable(model.planner().view(inventory), inventory));
            VgpuType whole = model.types().get(model.number("NVIDIA L4-24Q"));
            for (BoardPlanner planner : List.of(trying, model.planner())) {
                GpuInventory left = inventory;
                for (String owner : planner.mustGo(inventory, whole)) {
                    left = left.without(owner);
                }
                assertThat(
                                planner.creatable(planner.view(left), left)[
                                        model.number("NVIDIA L4-24Q")])
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void decisionCostsTheSameInALargerFleet() {
        assertThat(examined(400)).isLessThan(examined(40) * 3 / 2);
    }

    /** Returns how many boards' scores were looked at for a request, once the fleet is warm. */
    private static double examined(int boards) {
        Counting policy = new Counting();
        Fleet fleet = new Fleet(boards(boards), policy, 1);
        Stream stream = FleetDemand.generated(SIZES, Map.of(AdaBoard.L4, boards), 4000, 3).get(0);
        new FleetRun(fleet, stream).run();
        return policy.asked;
    }

    private static final class Counting implements FleetPolicy {

        private int asked;

        @Override
        public String title() {
            return "counting";
        }

        @Override
        public int score(BoardState board, String type) {
            asked++;
            return FleetPolicies.BEST_FIT.score(board, type);
        }
    }
}
