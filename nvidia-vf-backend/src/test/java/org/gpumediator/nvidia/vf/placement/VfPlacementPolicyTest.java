package org.gpumediator.nvidia.vf.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionDecision.Refused;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.FramebufferSetup.ErrorCorrection;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.junit.jupiter.api.Test;

class VfPlacementPolicyTest {

    private static final ResourceKind FB = VfResources.framebuffer(AdaBoard.L40);

    @Test
    void homogeneous_firstOfASize_keepsOutAllOthersUntilTheLastIsGone() {
        Boards board = Boards.equal(AdaBoard.L40);
        board.create("a", "L40-8Q");
        board.create("b", "L40-8Q");
        assertThat(board.available("L40-8Q")).isEqualTo(4);
        assertThat(board.available("L40-4Q")).isZero();
        assertThat(board.refused("c", "L40-4Q").reason())
                .isEqualTo("one size only, and a is a NVIDIA L40-8Q; would fit without a, b");
        board.destroy("a");
        assertThat(board.available("L40-4Q")).isZero();
        board.destroy("b");
        assertThat(board.available("L40-4Q")).isEqualTo(12);
    }

    @Test
    void homogeneous_typesOfOneSize_goTogetherByTheSizeRule() {
        Boards board = Boards.equal(AdaBoard.L40);
        assertThat(board.create("a", "L40-1B")).isZero();
        assertThat(board.create("b", "L40-1Q")).isEqualTo(1);
        assertThat(board.create("c", "L40-1A")).isEqualTo(2);
    }

    @Test
    void homogeneous_typesOfOneSize_excludeEachOtherByTheTypeRule() {
        GpuInventory empty =
                VfInventory.empty(
                        FramebufferSetup.of(AdaBoard.L40),
                        PlacementMode.HOMOGENEOUS,
                        HomogeneousRule.TYPE,
                        AdaBoard.TOTAL_VFS);
        Boards board = new Boards(empty, VfPlacementPolicy.FIRST);
        board.create("a", "L40-1B");
        assertThat(board.available("L40-1Q")).isZero();
        assertThat(board.available("L40-1B")).isEqualTo(31);
        assertThat(board.refused("b", "L40-1Q").message())
                .contains("one size only, and a is a NVIDIA L40-1B");
    }

    @Test
    void homogeneous_everyTypeOfEveryBoard_fitsItsMaximumAndNoMore() {
        for (AdaBoard card : AdaBoard.values()) {
            for (VgpuType type : Boards.equal(card).types.all()) {
                Boards board = Boards.equal(card);
                for (int i = 0; i < type.maxInstances(); i++) {
                    assertThat(board.planner().available(type))
                            .as(type.name())
                            .isEqualTo(type.maxInstances() - i);
                    board.create("v" + i, type, Map.of());
                }
                assertThat(board.ask("more", type, Map.of())).isInstanceOf(Refused.class);
            }
        }
    }

    @Test
    void heterogeneous_everyTypeOfEveryBoard_fitsItsFixedPlacements() {
        for (AdaBoard card : AdaBoard.values()) {
            for (VgpuType type : Boards.mixed(card).types.all()) {
                Boards board = Boards.mixed(card);
                int count = board.planner().available(type);
                for (int i = 0; i < count; i++) {
                    board.create("v" + i, type, Map.of());
                }
                assertThat(board.ask("more", type, Map.of())).isInstanceOf(Refused.class);
            }
        }
    }

    @Test
    void heterogeneous_firstPolicy_givesTheLowestFreeId() {
        Boards board = Boards.mixed(AdaBoard.L40);
        assertThat(board.create("a", "L40-8Q")).isZero();
        assertThat(board.create("b", "L40-8Q")).isEqualTo(16);
        assertThat(board.create("c", "L40-4Q")).isEqualTo(8);
        assertThat(board.create("d", "L40-24Q")).isEqualTo(24);
        assertThat(board.available("L40-8Q")).isZero();
        assertThat(board.available("L40-4Q")).isEqualTo(1);
        assertThat(board.create("e", "L40-4Q")).isEqualTo(12);
        Refused refused = board.refused("f", "L40-1Q");
        assertThat(refused.kind()).isEqualTo(VfResources.PLACEMENT);
        assertThat(refused.available()).isZero();
    }

    @Test
    void heterogeneous_channels_comeFromTheEndOfThePiece() {
        Boards board = Boards.mixed(AdaBoard.L40);
        ResourcePartition first = board.create("a", board.type("L40-24Q"), Map.of()).partition();
        ResourcePartition second = board.create("b", board.type("L40-24Q"), Map.of()).partition();
        assertThat(first.range(VfResources.CHANNEL_IDS)).isEqualTo(new ResourceRange(0, 1024));
        assertThat(second.range(VfResources.CHANNEL_IDS)).isEqualTo(new ResourceRange(1024, 1024));
    }

    @Test
    void homogeneous_channels_comeFromTheTopOfTheBoard() {
        Boards board = Boards.equal(AdaBoard.L40);
        ResourcePartition first = board.create("a", board.type("L40-24Q"), Map.of()).partition();
        assertThat(first.range(VfResources.CHANNEL_IDS)).isEqualTo(new ResourceRange(1024, 1024));
    }

    @Test
    void keepMostCreatable_bigAfterSmall_fitsWhereFirstDoesNot() {
        assertThat(bigAfterSmall(VfPlacementPolicy.KEEP_MOST_CREATABLE))
                .isInstanceOf(PartitionDecision.Placed.class);
        assertThat(bigAfterSmall(VfPlacementPolicy.FIRST)).isInstanceOf(Refused.class);
    }

    /**
     * Half the board is taken at its low end, then freed but for a small one, then a small comes.
     */
    private static PartitionDecision bigAfterSmall(VfPlacementPolicy policy) {
        GpuInventory empty = VfInventory.empty(AdaBoard.L40, PlacementMode.HETEROGENEOUS);
        Boards board = new Boards(empty, policy);
        board.createAt("a", "L40-2Q", 46);
        board.create("b", "L40-2Q");
        return board.ask("big", board.type("L40-24Q"), Map.of());
    }

    @Test
    void wish_forAFreePlace_isMetExactly() {
        Boards board = Boards.mixed(AdaBoard.L40);
        assertThat(board.createAt("a", "L40-8Q", 40)).isEqualTo(40);
        ResourcePartition partition =
                board.create("b", board.type("L40-4Q"), Map.of(VfResources.VF, 17L)).partition();
        assertThat(partition.range(VfResources.VF)).isEqualTo(new ResourceRange(17, 1));
    }

    @Test
    void wish_forATakenOrUnknownPlace_isRefusedWithItsReason() {
        Boards board = Boards.mixed(AdaBoard.L40);
        board.createAt("a", "L40-8Q", 40);
        VgpuType type = board.type("L40-8Q");
        Refused unknown = (Refused) board.ask("b", type, Map.of(VfResources.PLACEMENT, 8L));
        assertThat(unknown.reason()).isEqualTo("placed only at 0 16 24 40");
        Refused taken = (Refused) board.ask("b", type, Map.of(VfResources.PLACEMENT, 40L));
        assertThat(taken.reason()).contains("would fit without a");
        Refused vf = (Refused) board.ask("b", type, Map.of(VfResources.VF, 0L));
        assertThat(vf.kind()).isEqualTo(VfResources.VF);
        assertThat(vf.reason()).contains("virtual function 0 is not free").contains("without a");
        Refused beyond = (Refused) board.ask("b", type, Map.of(VfResources.VF, 99L));
        assertThat(beyond.reason()).isEqualTo("virtual function 99 is not free");
    }

    @Test
    void wish_ofAResourceTheBoardHasNot_isTheCallersError() {
        Boards board = Boards.mixed(AdaBoard.L40);
        VgpuType type = board.type("L40-8Q");
        ResourceKind strange =
                new ResourceKind("fences", ResourceKind.Unit.PIECES, ResourceKind.Shape.RANGE, 1);
        assertThatThrownBy(() -> board.ask("b", type, Map.of(strange, 0L)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> board.ask("b", type, Map.of(FB, 5L)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> board.ask("b", type, Map.of(VfResources.VF, -1L)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void type_ofAnotherBoardOrSetup_isTheCallersError() {
        Boards board = Boards.mixed(AdaBoard.L40);
        VgpuType foreign = Boards.mixed(AdaBoard.L4).type("L4-8Q");
        assertThatThrownBy(() -> board.ask("b", foreign, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NVIDIA L4-8Q");
        VgpuType corrected =
                Boards.types(FramebufferSetup.of(AdaBoard.L40, ErrorCorrection.ON))
                        .byName("L40-8Q")
                        .orElseThrow();
        assertThatThrownBy(() -> board.ask("b", corrected, Map.of()))
                .hasMessageContaining("with this framebuffer");
    }

    @Test
    void virtualFunctions_usedUp_areNamedInTheRefusal() {
        GpuInventory two =
                VfInventory.empty(
                        FramebufferSetup.of(AdaBoard.L40),
                        PlacementMode.HETEROGENEOUS,
                        HomogeneousRule.SIZE,
                        2);
        Boards board = new Boards(two, VfPlacementPolicy.FIRST);
        board.create("big", "L40-24Q");
        board.create("small", "L40-1Q");
        Refused refused = board.refused("c", "L40-1Q");
        assertThat(refused.kind()).isEqualTo(VfResources.VF);
        assertThat(refused.available()).isZero();
        assertThat(refused.reason()).isEqualTo("would fit without small");
        assertThat(board.available("L40-1Q")).isZero();
        assertThat(board.planner().creatablePlacements(board.type("L40-1Q"))).isEmpty();
    }

    @Test
    void freeQuotas_besideFixedPlacements_blockOnlyWhatTheyTouch() {
        Boards board = Boards.mixed(AdaBoard.L40);
        VgpuType custom = board.types.anonymous(Map.of(FB, 2 * AdaBoard.GIB));
        ResourcePartition partition = board.create("a", custom, Map.of()).partition();
        assertThat(partition.ranges(VfResources.PLACEMENT)).isEmpty();
        assertThat(partition.amount(FB)).isEqualTo(2 * AdaBoard.GIB);
        assertThat(board.available("L40-48Q")).isZero();
        assertThat(board.available("L40-24Q")).isEqualTo(1);
        assertThat(board.available("L40-12Q")).isEqualTo(3);
        // the first quarter's segment for small heaps is among what it touches
        assertThat(board.available("L40-2Q")).isEqualTo(12);
    }

    @Test
    void freeQuotas_untilTheBoardIsFull_leaveNoByteToAnother() {
        Boards board = Boards.mixed(AdaBoard.L40);
        VgpuType custom = board.types.anonymous(Map.of(FB, 5 * AdaBoard.GIB));
        List<ResourceRange> bytes = new ArrayList<>();
        int count = board.planner().available(custom);
        assertThat(count).isEqualTo(9);
        for (int i = 0; i < count; i++) {
            ResourcePartition partition = board.create("v" + i, custom, Map.of()).partition();
            bytes.add(partition.range(FB));
            bytes.add(partition.range(VfResources.PLUGIN_HEAP));
        }
        for (int i = 0; i < bytes.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(bytes.get(i).overlaps(bytes.get(j))).isFalse();
            }
        }
        Refused refused = (Refused) board.ask("more", custom, Map.of());
        assertThat(refused.kind()).isEqualTo(FB);
        assertThat(refused.reason()).startsWith("would fit without v");
    }

    @Test
    void freeQuotas_inHomogeneousMode_haveOneSizeToo() {
        Boards board = Boards.equal(AdaBoard.L40);
        VgpuType custom = board.types.anonymous(Map.of(FB, 5 * AdaBoard.GIB));
        assertThat(board.planner().available(custom)).isEqualTo(9);
        board.create("a", custom, Map.of());
        assertThat(board.planner().available(custom)).isEqualTo(8);
        assertThat(board.available("L40-4Q")).isZero();
        VgpuType other = board.types.anonymous(Map.of(FB, 4 * AdaBoard.GIB));
        assertThat(board.ask("b", other, Map.of())).isInstanceOf(Refused.class);
    }

    @Test
    void decide_twiceTheSame_answersTheSame() {
        Boards board = Boards.mixed(AdaBoard.L40);
        board.create("a", "L40-8Q");
        VgpuType type = board.type("L40-4Q");
        assertThat(board.ask("b", type, Map.of())).isEqualTo(board.ask("b", type, Map.of()));
    }

    @Test
    void countedResources_usedUp_areNamedInTheRefusal() {
        Boards board = Boards.mixed(AdaBoard.L40);
        VgpuType greedy = board.types.anonymous(Map.of(VfResources.BAR1, 2 * AdaBoard.GIB));
        GpuInventory inventory = board.inventory;
        List<GpuInventory.Resource> resources = new ArrayList<>(inventory.resources());
        resources.removeIf(resource -> resource.kind().equals(VfResources.BAR1));
        resources.add(
                new GpuInventory.Resource(
                        VfResources.BAR1, new ResourceRange(0, 3 * AdaBoard.GIB), List.of()));
        board.inventory = new GpuInventory(resources, List.of(), inventory.attributes());
        board.create("a", greedy, Map.of());
        Refused refused = (Refused) board.ask("b", greedy, Map.of());
        assertThat(refused.kind()).isEqualTo(VfResources.BAR1);
        assertThat(refused.available()).isEqualTo(AdaBoard.GIB);
        assertThat(refused.reason()).isEqualTo("would fit without a");
    }

    @Test
    void mode_withVirtualGpus_doesNotChange() {
        Boards board = Boards.equal(AdaBoard.L40);
        GpuInventory mixed = VfInventory.withMode(board.inventory, PlacementMode.HETEROGENEOUS);
        assertThat(VfInventory.mode(mixed)).isEqualTo(PlacementMode.HETEROGENEOUS);
        board.create("a", "L40-8Q");
        assertThatThrownBy(() -> VfInventory.withMode(board.inventory, PlacementMode.HETEROGENEOUS))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void inventory_ofAnotherFamily_isTheCallersError() {
        GpuInventory strange = new GpuInventory(List.of(), List.of(), Map.of());
        assertThatThrownBy(() -> new PlacementPlanner(strange))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("board");
    }
}
