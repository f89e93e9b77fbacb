package org.gpumediator.nvidia.vf.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.FramebufferSetup.ErrorCorrection;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.TypeRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlacementTableTest {

    private static PlacementTable table(AdaBoard board) {
        return PlacementTable.of(FramebufferSetup.of(board));
    }

    private static List<Integer> ids(List<Placement> placements) {
        return placements.stream().map(Placement::id).toList();
    }

    private static String mixed(AdaBoard board, int slots) {
        PlacementTable table = table(board);
        return ids(table.mixed(table.shape(slots).orElseThrow())).stream()
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
    }

    // spotless:off
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        48 | 0                                                  | 1  | 1
        24 | 0 24                                               | 2  | 2
        16 | 0 32                                               | 2  | 3
        12 | 0 12 24 36                                         | 4  | 4
        8  | 0 16 24 40                                         | 4  | 6
        6  | 0 6 12 18 24 30 36 42                              | 8  | 8
        4  | 0 8 12 20 24 32 36 44                              | 8  | 12
        3  | 0 3 6 9 12 15 18 21 24 27 30 33 36 39 42 45        | 16 | 16
        2  | 0 4 6 10 12 16 18 22 24 28 30 34 36 40 42 46       | 16 | 24
        1  | 0 5 6 11 12 17 18 23 24 29 30 35 36 41 42 47       | 16 | 32
        """)
    // spotless:on
    void mixedIds_of48GibBoards_areThePublishedOnes(
            int slots, String expected, int mixed, int equal) {
        for (AdaBoard board :
                List.of(AdaBoard.L20, AdaBoard.L40, AdaBoard.L40S, AdaBoard.RTX_6000_ADA)) {
            assertThat(mixed(board, slots)).as(board.title()).isEqualTo(expected);
            TypeShape shape = table(board).shape(slots).orElseThrow();
            assertThat(table(board).mixed(shape)).hasSize(mixed);
            assertThat(table(board).equal(shape)).hasSize(equal);
        }
    }

    // spotless:off
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        24 | 0                                     | 1  | 1
        12 | 0 12                                  | 2  | 2
        8  | 0 16                                  | 2  | 3
        6  | 0 6 12 18                             | 4  | 4
        4  | 0 8 12 20                             | 4  | 6
        3  | 0 3 6 9 12 15 18 21                   | 8  | 8
        2  | 0 4 6 10 12 16 18 22                  | 8  | 12
        1  | 0 2 3 5 6 8 9 11 12 14 15 17 18 20 21 23 | 16 | 24
        """)
    // spotless:on
    void mixedIds_of24GibBoards_areThePublishedOnes(
            int slots, String expected, int mixed, int equal) {
        for (AdaBoard board : List.of(AdaBoard.L2, AdaBoard.L4)) {
            assertThat(mixed(board, slots)).as(board.title()).isEqualTo(expected);
            TypeShape shape = table(board).shape(slots).orElseThrow();
            assertThat(table(board).mixed(shape)).hasSize(mixed);
            assertThat(table(board).equal(shape)).hasSize(equal);
        }
    }

    @Test
    void mixedIds_ofThe32GibBoard_areEveryAlignedSlot() {
        PlacementTable table = table(AdaBoard.RTX_5000_ADA);
        for (TypeShape shape : table.shapes()) {
            List<Integer> all =
                    IntStream.range(0, 32 / shape.slots())
                            .map(i -> i * shape.slots())
                            .boxed()
                            .toList();
            assertThat(ids(table.mixed(shape))).isEqualTo(all);
            assertThat(ids(table.equal(shape))).isEqualTo(all);
        }
    }

    @Test
    void ids_ofAll138Types_areTheirRecords() {
        for (TypeRecord type : TypeCatalogue.shipped().types()) {
            PlacementTable table = table(type.board());
            TypeShape shape = TypeShape.of(table.setup(), type);
            assertThat(ids(table.mixed(shape)))
                    .as(type.name())
                    .isEqualTo(type.sharing().mixedIds());
            assertThat(ids(table.equal(shape)))
                    .as(type.name())
                    .isEqualTo(type.sharing().equalIds());
            assertThat(shape.channels())
                    .isEqualTo(Integer.highestOneBit(2048 / type.sharing().maxInstances()));
        }
    }

    @ParameterizedTest
    @EnumSource(ErrorCorrection.class)
    void mixedPlacements_withSlotsApart_areApartInEverything(ErrorCorrection correction) {
        for (AdaBoard board : AdaBoard.values()) {
            List<Placement> all = PlacementTable.of(FramebufferSetup.of(board, correction)).mixed();
            for (Placement one : all) {
                for (Placement other : all) {
                    boolean apart =
                            one.id() + one.shape().slots() <= other.id()
                                    || other.id() + other.shape().slots() <= one.id();
                    if (apart) {
                        assertThat(one.framebuffer().overlaps(other.framebuffer())).isFalse();
                        assertThat(one.framebuffer().overlaps(other.heap())).isFalse();
                        assertThat(one.heap().overlaps(other.heap())).isFalse();
                        assertThat(one.channels().overlaps(other.channels())).isFalse();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ErrorCorrection.class)
    void placements_ofBothModes_areAlignedAndBelowTheHostReserve(ErrorCorrection correction) {
        for (AdaBoard board : AdaBoard.values()) {
            FramebufferSetup setup = FramebufferSetup.of(board, correction);
            PlacementTable table = PlacementTable.of(setup);
            for (TypeShape shape : table.shapes()) {
                for (List<Placement> mode : List.of(table.mixed(shape), table.equal(shape))) {
                    for (Placement place : mode) {
                        assertThat(place.framebuffer().start() % board.segmentBytes()).isZero();
                        assertThat(place.heap().start() % (2 * AdaBoard.MIB)).isZero();
                        assertThat(place.framebuffer().end())
                                .isLessThanOrEqualTo(setup.guestBytes());
                        assertThat(place.heap().end()).isLessThanOrEqualTo(setup.guestBytes());
                        assertThat(place.channels().start() % shape.channels()).isZero();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ErrorCorrection.class)
    void equalPlacements_ofOneSize_neverOverlap(ErrorCorrection correction) {
        for (AdaBoard board : AdaBoard.values()) {
            PlacementTable table = PlacementTable.of(FramebufferSetup.of(board, correction));
            for (TypeShape shape : table.shapes()) {
                List<Placement> all = table.equal(shape);
                for (int i = 0; i < all.size(); i++) {
                    for (int j = 0; j < i; j++) {
                        assertThat(all.get(i).conflictsWith(all.get(j)))
                                .as("%s %s %s", board, all.get(i), all.get(j))
                                .isFalse();
                    }
                }
            }
        }
    }

    @Test
    void equalPlacement_secondOfL40_8Q_isWhereTheRulePutsIt() {
        PlacementTable table = table(AdaBoard.L40);
        Placement second = table.equal(table.shape(8).orElseThrow()).get(1);
        assertThat(second.id()).isEqualTo(8);
        assertThat(second.framebuffer().start()).isEqualTo(7808 * AdaBoard.MIB);
        assertThat(second.channels().start()).isEqualTo(2048 - 2 * 256);
    }

    @Test
    void heap_ofALargeType_followsItsFramebuffer() {
        PlacementTable table = table(AdaBoard.L40);
        for (int slots : List.of(12, 16, 24, 48)) {
            for (Placement place : table.mixed(table.shape(slots).orElseThrow())) {
                assertThat(place.heap().start()).isEqualTo(place.framebuffer().end());
            }
        }
    }

    @Test
    void heaps_ofSmallTypesOnA48GibBoard_areInOneSegmentAtTheOuterEdgeOfTheirQuarter() {
        PlacementTable table = table(AdaBoard.L40);
        long segment = AdaBoard.L40.segmentBytes();
        long quarter = table.setup().guestBytes() / 4;
        for (int slots : List.of(2, 3, 4, 6, 8)) {
            for (Placement place : table.mixed(table.shape(slots).orElseThrow())) {
                long index = place.heap().start() / quarter;
                long edge = index % 2 == 0 ? index * quarter : (index + 1) * quarter - segment;
                assertThat(place.heap().start() - edge).isBetween(0L, segment - 1);
            }
        }
    }

    @Test
    void heaps_ofThirtyTwoPerBoard_areBetweenTheTwoGuestsOfAPiece() {
        PlacementTable table = table(AdaBoard.RTX_5000_ADA);
        List<Placement> pair = table.mixed(table.shape(1).orElseThrow());
        Placement low = pair.get(0);
        Placement high = pair.get(1);
        assertThat(low.framebuffer().end()).isLessThanOrEqualTo(low.heap().start());
        assertThat(low.heap().end()).isLessThanOrEqualTo(high.heap().start());
        assertThat(high.heap().end()).isLessThanOrEqualTo(high.framebuffer().start());
    }

    @Test
    void oneGibGuest_onDeniedSlots_isNotPlaced() {
        List<Integer> denied = List.of(2, 3, 8, 9, 14, 15, 20, 21, 26, 27, 32, 33, 38, 39, 44, 45);
        PlacementTable table = table(AdaBoard.L40);
        assertThat(ids(table.mixed(table.shape(1).orElseThrow())))
                .doesNotContainAnyElementsOf(denied);
        // less than a GiB of guest framebuffer is not denied
        PlacementTable small = table(AdaBoard.L4);
        assertThat(ids(small.mixed(small.shape(1).orElseThrow()))).contains(2, 3, 8, 9);
    }
}
