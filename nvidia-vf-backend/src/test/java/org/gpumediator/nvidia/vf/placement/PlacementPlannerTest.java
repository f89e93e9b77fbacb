package org.gpumediator.nvidia.vf.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.placement.PlacementPlanner.Candidate;
import org.gpumediator.nvidia.vf.placement.PlacementPlanner.Fragmentation;
import org.gpumediator.nvidia.vf.placement.PlacementRefusal.Cause;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.junit.jupiter.api.Test;

class PlacementPlannerTest {

    private static final ResourceKind FB = VfResources.framebuffer(AdaBoard.L40);

    private static PlacementRefusal refusal(Boards board, String type) {
        return board.planner().explain(PartitionRequest.of("new", board.type(type))).orElseThrow();
    }

    @Test
    void creatable_onAnEmptyBoard_isEveryTypeWithItsMaximum() {
        for (AdaBoard card : AdaBoard.values()) {
            Boards board = Boards.equal(card);
            assertThat(board.planner().creatable(board.types.all())).isEqualTo(board.types.all());
            for (VgpuType type : board.types.all()) {
                assertThat(board.planner().available(type)).isEqualTo(type.maxInstances());
            }
        }
    }

    @Test
    void types_inEachMode_sayHowManyAnEmptyBoardCarries() {
        for (AdaBoard card : AdaBoard.values()) {
            for (PlacementMode mode : PlacementMode.values()) {
                PlacementPlanner planner = new PlacementPlanner(VfInventory.empty(card, mode));
                List<VgpuType> types =
                        VfInventory.types(TypeCatalogue.shipped(), FramebufferSetup.of(card), mode)
                                .all();
                for (VgpuType type : types) {
                    assertThat(planner.available(type))
                            .as(type.name())
                            .isEqualTo(type.maxInstances());
                }
            }
        }
    }

    @Test
    void creatablePlacements_afterOne_leaveOutWhatOverlaps() {
        Boards board = Boards.mixed(AdaBoard.L40);
        board.createAt("a", "L40-16Q", 0);
        List<Integer> eights =
                board.planner().creatablePlacements(board.type("L40-8Q")).stream()
                        .map(Placement::id)
                        .toList();
        assertThat(eights).containsExactly(16, 24, 40);
        assertThat(board.available("L40-16Q")).isEqualTo(1);
        assertThat(board.available("L40-24Q")).isEqualTo(1);
        assertThat(board.available("L40-48Q")).isZero();
    }

    @Test
    void candidates_onABoardWithOne_putTheBestFirst() {
        Boards board = Boards.mixed(AdaBoard.L40);
        board.createAt("a", "L40-2Q", 46);
        List<Candidate> candidates = board.planner().candidates(board.type("L40-2Q"));
        assertThat(candidates.getFirst().score()).isGreaterThan(candidates.getLast().score());
        // beside the first one: the other half stays whole
        assertThat(candidates.getFirst().placement().id()).isGreaterThanOrEqualTo(36);
        assertThat(candidates.getFirst().creatableAfter()).containsEntry(24, 1);
        assertThat(candidates.getLast().creatableAfter()).containsEntry(24, 0);
    }

    @Test
    void fragmentation_ofAnEmptyAndAFullBoard_isNone() {
        Boards board = Boards.mixed(AdaBoard.L40);
        Fragmentation empty = board.planner().fragmentation();
        assertThat(empty.percent()).isZero();
        assertThat(empty.freeSlots()).isEqualTo(48);
        assertThat(empty.longestRun()).isEqualTo(48);
        assertThat(empty.freeBytes()).isEqualTo(47616 * AdaBoard.MIB);
        board.create("a", "L40-48Q");
        assertThat(board.planner().fragmentation().percent()).isZero();
    }

    @Test
    void fragmentation_ofSmallOnesFarApart_isMoreThanOfNeighbours() {
        Boards near = Boards.mixed(AdaBoard.L40);
        near.createAt("a", "L40-2Q", 0);
        near.createAt("b", "L40-2Q", 4);
        Boards far = Boards.mixed(AdaBoard.L40);
        far.createAt("a", "L40-2Q", 0);
        far.createAt("b", "L40-2Q", 24);
        assertThat(far.planner().fragmentation().percent())
                .isGreaterThan(near.planner().fragmentation().percent());
    }

    @Test
    void explain_whatFits_isEmpty() {
        Boards board = Boards.mixed(AdaBoard.L40);
        assertThat(board.planner().explain(PartitionRequest.of("new", board.type("L40-8Q"))))
                .isEmpty();
    }

    @Test
    void explain_aFragmentedBoard_namesTheSmallestSet() {
        Boards board = Boards.mixed(AdaBoard.L40);
        board.createAt("a", "L40-2Q", 0);
        board.createAt("b", "L40-2Q", 4);
        board.createAt("c", "L40-12Q", 24);
        PlacementRefusal refusal = refusal(board, "L40-24Q");
        assertThat(refusal.cause()).isEqualTo(Cause.FRAGMENTED);
        assertThat(refusal.mustGo()).containsExactly("c");
        assertThat(refusal.refusal().kind()).isEqualTo(VfResources.PLACEMENT);
        assertThat(refusal.refusal().requested()).isEqualTo(24);
        assertThat(refusal.refusal().available()).isEqualTo(32);
        assertThat(refusal.refusal().message())
                .contains("placed only at 0 24")
                .endsWith("would fit without c)");
    }

    @Test
    void explain_equallyManyOwners_prefersThoseWithLessFramebuffer() {
        Boards board = Boards.mixed(AdaBoard.L40);
        board.createAt("large", "L40-12Q", 0);
        board.createAt("small", "L40-2Q", 24);
        assertThat(refusal(board, "L40-24Q").mustGo()).containsExactly("small");
    }

    @Test
    void explain_aFullHomogeneousBoard_namesOneThatMustGo() {
        Boards board = Boards.equal(AdaBoard.L40);
        for (int i = 0; i < 6; i++) {
            board.create("v" + i, "L40-8Q");
        }
        PlacementRefusal refusal = refusal(board, "L40-8Q");
        assertThat(refusal.cause()).isEqualTo(Cause.MOST_INSTANCES);
        assertThat(refusal.mustGo()).hasSize(1);
        assertThat(refusal.refusal().reason()).contains("the board carries 6 of this size");
    }

    @Test
    void explain_aFullBoard_saysNoRoom() {
        Boards board = Boards.mixed(AdaBoard.L40);
        board.create("a", "L40-48Q");
        PlacementRefusal refusal = refusal(board, "L40-1Q");
        assertThat(refusal.cause()).isEqualTo(Cause.NO_ROOM);
        assertThat(refusal.mustGo()).containsExactly("a");
    }

    @Test
    void explain_freeQuotasInTheWay_namesTheResourceTheyHold() {
        Boards board = Boards.mixed(AdaBoard.L40);
        VgpuType custom = board.types.anonymous(Map.of(FB, 2 * AdaBoard.GIB));
        board.create("custom", custom, Map.of());
        PlacementRefusal refusal = refusal(board, "L40-48Q");
        assertThat(refusal.refusal().kind()).isEqualTo(FB);
        assertThat(refusal.mustGo()).containsExactly("custom");
    }

    @Test
    void reassign_toAFreePlacement_movesEverything() {
        Boards board = Boards.mixed(AdaBoard.L40);
        board.createAt("a", "L40-8Q", 0);
        GpuInventory moved = board.planner().reassign("a", 40).orElseThrow();
        GpuInventory.Holding holding = moved.holdings().getFirst();
        assertThat(holding.partition().range(VfResources.PLACEMENT).start()).isEqualTo(40);
        assertThat(holding.partition().range(VfResources.VF).start()).isZero();
        assertThat(new PlacementPlanner(moved).creatablePlacements(board.type("L40-8Q")))
                .hasSize(3)
                .noneMatch(place -> place.id() == 40);
    }

    @Test
    void reassign_toATakenOrUnknownPlacement_doesNot() {
        Boards board = Boards.mixed(AdaBoard.L40);
        board.createAt("a", "L40-8Q", 0);
        board.createAt("b", "L40-8Q", 40);
        assertThat(board.planner().reassign("a", 40)).isEmpty();
        assertThatThrownBy(() -> board.planner().reassign("a", 8))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> board.planner().reassign("nobody", 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void fairShare_ofAnEmptyBoard_leavesTheSpare() {
        Boards board = Boards.mixed(AdaBoard.L40);
        Map<ResourceKind, Long> spare = Map.of(FB, 4 * AdaBoard.GIB, VfResources.CHANNEL_IDS, 128L);
        VgpuType share = new FairShare(board.inventory, board.types, spare).split(5).orElseThrow();
        for (int i = 0; i < 5; i++) {
            board.create("v" + i, share, Map.of());
        }
        assertThat(board.inventory.available(FB)).isGreaterThanOrEqualTo(4 * AdaBoard.GIB);
        assertThat(share.quota(VfResources.CHANNEL_IDS)).isEqualTo(256);
        // 5 * (8576 + 64) MiB leave 4416 MiB; a segment more each would leave less than the spare
        assertThat(share.quota(FB)).isEqualTo(8576 * AdaBoard.MIB);
    }

    @Test
    void fairShare_besideOthers_splitsWhatTheyLeave() {
        Boards board = Boards.mixed(AdaBoard.L40);
        board.create("a", "L40-24Q");
        VgpuType share =
                new FairShare(board.inventory, board.types, Map.of()).split(3).orElseThrow();
        for (int i = 0; i < 3; i++) {
            board.create("v" + i, share, Map.of());
        }
        assertThat(share.quota(VfResources.CHANNEL_IDS)).isEqualTo(256);
        assertThat(board.inventory.available(FB) / 3).isLessThan(256 * AdaBoard.MIB);
    }

    @Test
    void fairShare_thatCannotFit_isEmpty() {
        Boards board = Boards.mixed(AdaBoard.L40);
        board.create("a", "L40-48Q");
        FairShare fair = new FairShare(board.inventory, board.types, Map.of());
        assertThat(fair.split(1)).isEmpty();
        assertThatThrownBy(() -> fair.split(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FairShare(board.inventory, board.types, Map.of(FB, -1L)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void fairShare_onAHomogeneousBoard_hasOneSize() {
        Boards board = Boards.equal(AdaBoard.L4);
        VgpuType share =
                new FairShare(board.inventory, board.types, Map.of()).split(7).orElseThrow();
        assertThat(board.planner().available(share)).isEqualTo(7);
    }
}
