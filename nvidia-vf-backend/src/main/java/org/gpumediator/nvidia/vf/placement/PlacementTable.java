package org.gpumediator.nvidia.vf.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.FramebufferSetup.ErrorCorrection;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.TypeRecord;

/**
 * All fixed placements of a board in both modes, and which of the mixed sizes exclude each other.
 * Computed once per board; immutable.
 *
 * <p>A set of mixed placements is a bit set over their index here, in words of 64.
 */
public final class PlacementTable {

    private final FramebufferSetup setup;
    private final List<TypeShape> shapes;
    private final List<Placement> mixed;
    private final Map<TypeShape, List<Placement>> equal = new HashMap<>();
    private final long[][] conflicts;
    private final long[][] ofShape;
    private final int[][] indexBySlotsAndId;
    private final int[] shapeBySlots;
    private final List<List<Placement>> mixedByShape = new ArrayList<>();

    private PlacementTable(FramebufferSetup setup, List<TypeRecord> types) {
        this.setup = setup;
        shapes =
                types.stream()
                        .filter(setup::supports)
                        .map(type -> TypeShape.of(setup, type))
                        .distinct()
                        .sorted(Comparator.comparingInt(TypeShape::slots))
                        .toList();
        int slots = setup.board().placementSlots();
        if (shapes.stream().mapToInt(TypeShape::slots).distinct().count() != shapes.size()) {
            throw new IllegalArgumentException(
                    setup.board().title() + ": types of one size differ in their memory");
        }
        shapeBySlots = new int[slots + 1];
        Arrays.fill(shapeBySlots, -1);
        indexBySlotsAndId = new int[slots + 1][slots];
        for (int[] row : indexBySlotsAndId) {
            Arrays.fill(row, -1);
        }
        mixed = RecursiveHalving.placements(setup, shapes);
        for (TypeShape shape : shapes) {
            equal.put(shape, EqualSizePlacements.of(setup, shape));
            shapeBySlots[shape.slots()] = mixedByShape.size();
            mixedByShape.add(mixed.stream().filter(place -> place.shape().equals(shape)).toList());
        }
        int words = (mixed.size() + 63) / 64;
        conflicts = new long[mixed.size()][words];
        ofShape = new long[shapes.size()][words];
        for (int i = 0; i < mixed.size(); i++) {
            Placement one = mixed.get(i);
            checkInside(one);
            indexBySlotsAndId[one.shape().slots()][one.id()] = i;
            set(ofShape[shapes.indexOf(one.shape())], i);
            for (int j = 0; j < mixed.size(); j++) {
                if (one.conflictsWith(mixed.get(j))) {
                    checkApart(i == j, one, mixed.get(j));
                    set(conflicts[i], j);
                }
            }
        }
    }

    private void checkInside(Placement placement) {
        if (placement.framebuffer().end() > setup.guestBytes()
                || placement.heap().end() > setup.guestBytes()
                || placement.framebuffer().overlaps(placement.heap())) {
            throw new IllegalArgumentException(
                    setup.board().title() + ": no room for the placement " + placement);
        }
    }

    /** Placements whose slots are apart must be apart in everything, or ids mean nothing. */
    private void checkApart(boolean same, Placement one, Placement other) {
        boolean apart =
                one.id() + one.shape().slots() <= other.id()
                        || other.id() + other.shape().slots() <= one.id();
        if (!same && apart) {
            throw new IllegalArgumentException(
                    setup.board().title() + ": " + one + " and " + other + " overlap");
        }
    }

    private static final class Shipped {
        static final Map<AdaBoard, PlacementTable[]> TABLES = new EnumMap<>(AdaBoard.class);

        static {
            for (AdaBoard board : AdaBoard.values()) {
                PlacementTable[] tables = new PlacementTable[ErrorCorrection.values().length];
                for (ErrorCorrection correction : ErrorCorrection.values()) {
                    tables[correction.ordinal()] =
                            of(
                                    FramebufferSetup.of(board, correction),
                                    TypeCatalogue.shipped().types(board));
                }
                TABLES.put(board, tables);
            }
        }
    }

    /** Returns the table of a board with the types that come with this module. */
    public static PlacementTable of(FramebufferSetup setup) {
        PlacementTable[] tables = Shipped.TABLES.get(setup.board());
        if (tables != null) {
            PlacementTable table = tables[setup.errorCorrection().ordinal()];
            if (table.setup.equals(setup)) {
                return table;
            }
        }
        return of(setup, TypeCatalogue.shipped().types(setup.board()));
    }

    /**
     * Computes the table of a board.
     *
     * @throws IllegalArgumentException if the types do not fit the board's framebuffer
     */
    public static PlacementTable of(FramebufferSetup setup, List<TypeRecord> types) {
        return new PlacementTable(setup, types);
    }

    /** Returns the framebuffer it was computed for. */
    public FramebufferSetup setup() {
        return setup;
    }

    /** Returns the sizes of the board's types, ascending. */
    public List<TypeShape> shapes() {
        return shapes;
    }

    /** Returns the shape with so many slots, or empty. */
    public Optional<TypeShape> shape(int slots) {
        int index = shapeIndex(slots);
        return index < 0 ? Optional.empty() : Optional.of(shapes.get(index));
    }

    /** Returns the index in {@link #shapes} of the shape with so many slots, or -1. */
    int shapeIndex(int slots) {
        return slots > 0 && slots < shapeBySlots.length ? shapeBySlots[slots] : -1;
    }

    /** Returns the placements of a shape where all have it, ascending. */
    public List<Placement> equal(TypeShape shape) {
        List<Placement> known = equal.get(shape);
        return known != null ? known : EqualSizePlacements.of(setup, shape);
    }

    /** Returns the placements of a shape where sizes are mixed, ascending; none of free quotas. */
    public List<Placement> mixed(TypeShape shape) {
        int index = shapeIndex(shape.slots());
        return index < 0 ? List.of() : mixedByShape.get(index);
    }

    /** Returns all placements of mixed sizes, in the order of their index. */
    List<Placement> mixed() {
        return mixed;
    }

    int words() {
        return (mixed.size() + 63) / 64;
    }

    /** Returns the index of a mixed placement, or -1. */
    int indexOf(int slots, long id) {
        return slots > 0
                        && slots < indexBySlotsAndId.length
                        && id >= 0
                        && id < indexBySlotsAndId[0].length
                ? indexBySlotsAndId[slots][(int) id]
                : -1;
    }

    /** Returns which mixed placements cannot exist beside one; itself is among them. */
    long[] conflicts(int index) {
        return conflicts[index];
    }

    /** Returns which mixed placements have a shape. */
    long[] ofShape(int shapeIndex) {
        return ofShape[shapeIndex];
    }

    static void set(long[] bits, int index) {
        bits[index >>> 6] |= 1L << index;
    }

    static boolean get(long[] bits, int index) {
        return (bits[index >>> 6] & 1L << index) != 0;
    }
}
