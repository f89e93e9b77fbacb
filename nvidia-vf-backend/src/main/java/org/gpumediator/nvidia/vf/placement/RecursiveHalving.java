package org.gpumediator.nvidia.vf.placement;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;

/**
 * The fixed placements of mixed sizes.
 *
 * <p>The board is halved again and again. A size goes to the outer ends of the pieces of its rank:
 * a left piece at its low end, a right one at its high end. Slots, channels and framebuffer are
 * halved alike, so that placements whose slots are apart are apart in everything.
 *
 * <p>Where the management heap goes: a heap of a segment or more follows the guest's framebuffer.
 * Smaller ones share segments. Where a board carries 32 of a size, two guests of a piece have
 * theirs between them. For the rest one segment is set aside at the outer edge of each quarter of
 * the board (segments of 128 MiB; it is cut into pieces of 32 MiB) or of each eighth (segments of
 * 64 MiB).
 *
 * <p>Source: placement rules of the vendor's manager for boards with a management processor. The
 * places within a quarter follow from the sizes, which fill it to the last segment.
 */
final class RecursiveHalving {

    private static final int MAX_PARTS = 24;
    private static final long HEAP_PIECE = 32 * AdaBoard.MIB;

    /**
     * Slots where a guest with exactly one GiB of framebuffer is not placed: it is larger than its
     * slot's share of the framebuffer.
     */
    private static final int[] DENIED_TO_ONE_GIB = {
        2, 3, 8, 9, 14, 15, 20, 21, 26, 27, 32, 33, 38, 39, 44, 45
    };

    private final FramebufferSetup setup;
    private final List<TypeShape> shapes;
    private final long segment;
    private final List<Placement> placements = new ArrayList<>();

    private RecursiveHalving(FramebufferSetup setup, List<TypeShape> shapes) {
        this.setup = setup;
        this.shapes = shapes;
        this.segment = setup.board().segmentBytes();
    }

    /** A piece of the board: slots, channels and the halves that lead to it, high bit first. */
    private record Piece(int low, int high, int channelLow, int channelHigh, int parts, int path) {

        boolean isLeft() {
            return (path & 1) == 0;
        }

        Piece left() {
            return new Piece(
                    low,
                    (low + high) / 2,
                    channelLow,
                    (channelLow + channelHigh) / 2,
                    2 * parts,
                    2 * path);
        }

        Piece right() {
            return new Piece(
                    (low + high) / 2,
                    high,
                    (channelLow + channelHigh) / 2,
                    channelHigh,
                    2 * parts,
                    2 * path + 1);
        }
    }

    private enum End {
        LOW,
        HIGH
    }

    /** Returns all placements of the shapes, in the order of the recursion. */
    static List<Placement> placements(FramebufferSetup setup, List<TypeShape> shapes) {
        RecursiveHalving halving = new RecursiveHalving(setup, shapes);
        int slots = setup.board().placementSlots();
        halving.halve(new Piece(0, slots, 0, AdaBoard.TOTAL_CHANNELS, 1, 0));
        return List.copyOf(halving.placements);
    }

    private void halve(Piece piece) {
        if (piece.parts > MAX_PARTS) {
            return;
        }
        for (TypeShape shape : shapes) {
            int instances = shape.maxInstances();
            int rank = Integer.highestOneBit(instances);
            if (2 * piece.parts == instances) {
                put(shape, piece, End.LOW);
                put(shape, piece, End.HIGH);
            } else if ((rank < instances && rank == piece.parts)
                    || (piece.parts == 1 && instances == 1)) {
                put(shape, piece, piece.isLeft() ? End.LOW : End.HIGH);
            }
        }
        halve(piece.left());
        halve(piece.right());
    }

    private void put(TypeShape shape, Piece piece, End end) {
        int id = end == End.LOW ? piece.low : piece.high - shape.slots();
        if (isDenied(shape, id)) {
            return;
        }
        int channel = end == End.LOW ? piece.channelLow : piece.channelHigh - shape.channels();
        ResourceRange channels = new ResourceRange(channel, shape.channels());
        boolean quarters = segment >= 4 * HEAP_PIECE;
        if (shape.heapBytes() >= segment || piece.parts < (quarters ? 4 : 8)) {
            putWithOwnHeap(shape, id, piece, end, channels);
        } else if (quarters) {
            putInQuarter(shape, id, piece, end, channels);
        } else {
            putInEighth(shape, id, piece, end, channels);
        }
    }

    private static boolean isDenied(TypeShape shape, int id) {
        if (shape.framebufferBytes() != AdaBoard.GIB) {
            return false;
        }
        for (int denied : DENIED_TO_ONE_GIB) {
            if (denied == id) {
                return true;
            }
        }
        return false;
    }

    private void putWithOwnHeap(
            TypeShape shape, int id, Piece piece, End end, ResourceRange channels) {
        long heapSegments = (shape.heapBytes() + segment - 1) / segment;
        long bytes = shape.framebufferBytes() + heapSegments * segment;
        Bounds bounds = Bounds.whole(setup).follow(piece.path, piece.parts, 1);
        long start = bounds.place(end, bytes, segment);
        add(shape, id, start, start + shape.framebufferBytes(), channels);
    }

    /** Segments of 128 MiB: a segment at the outer edge of the quarter holds the heaps. */
    private void putInQuarter(
            TypeShape shape, int id, Piece piece, End end, ResourceRange channels) {
        int deeper = piece.parts / 4;
        int quarter = piece.path / deeper;
        Bounds whole = Bounds.whole(setup).follow(quarter, 4, 1);
        boolean left = quarter % 2 == 0;
        long carved = left ? whole.low : whole.high - segment;
        Bounds rest =
                left
                        ? new Bounds(whole.low + segment, whole.high)
                        : new Bounds(whole.low, whole.high - segment);
        long start =
                rest.follow(piece.path, piece.parts, 4)
                        .place(end, shape.framebufferBytes(), segment);
        long heap;
        if (shape.maxInstances() == AdaBoard.TOTAL_VFS) {
            heap = end == End.LOW ? start + shape.framebufferBytes() : start - shape.heapBytes();
        } else {
            heap = carved + heapPieceInQuarter(shape, id) * HEAP_PIECE;
        }
        add(shape, id, start, heap, channels);
    }

    /**
     * Which of the four heap pieces of its quarter a placement has: one of the first two in the
     * quarter's lower half, one of the last two in its upper half. A size of more than half a
     * quarter stands at one of its ends and has the pieces of that end.
     */
    private int heapPieceInQuarter(TypeShape shape, int id) {
        int quarterSlots = setup.board().placementSlots() / 4;
        int eighthSlots = quarterSlots / 2;
        int inQuarter = id % quarterSlots;
        if (shape.slots() > eighthSlots) {
            return inQuarter == 0 ? 0 : 2;
        }
        int eighth = inQuarter / eighthSlots;
        boolean second = inQuarter % eighthSlots != 0 && shape.heapBytes() <= HEAP_PIECE;
        return 2 * eighth + (second ? 1 : 0);
    }

    /** Segments of 64 MiB: a segment at the outer edge of the eighth holds the heap. */
    private void putInEighth(
            TypeShape shape, int id, Piece piece, End end, ResourceRange channels) {
        int eighth = piece.path / (piece.parts / 8);
        Bounds whole = Bounds.whole(setup).follow(eighth, 8, 1);
        long heap;
        long start;
        if (end == End.LOW) {
            heap = whole.place(End.LOW, segment, segment);
            start = heap + segment;
        } else {
            heap = whole.place(End.HIGH, segment, segment);
            start = heap - shape.framebufferBytes();
        }
        add(shape, id, start, heap, channels);
    }

    private void add(TypeShape shape, int id, long start, long heap, ResourceRange channels) {
        placements.add(
                new Placement(
                        shape,
                        id,
                        new ResourceRange(start, shape.framebufferBytes()),
                        new ResourceRange(heap, shape.heapBytes()),
                        channels));
    }

    /** A run of framebuffer, halved exactly; only places are rounded to segments. */
    private record Bounds(long low, long high) {

        static Bounds whole(FramebufferSetup setup) {
            return new Bounds(0, setup.guestBytes());
        }

        /**
         * Goes down the halves of a path.
         *
         * @param path the halves from the whole board down to one of {@code to} parts
         * @param to how many parts there are at the path's end
         * @param from how many parts there are where these bounds are
         */
        Bounds follow(int path, int to, int from) {
            Bounds bounds = this;
            for (int weight = to / from / 2; weight > 0; weight /= 2) {
                long middle = (bounds.low + bounds.high) / 2;
                bounds =
                        path / weight % 2 == 0
                                ? new Bounds(bounds.low, middle)
                                : new Bounds(middle, bounds.high);
            }
            return bounds;
        }

        long place(End end, long bytes, long segment) {
            return end == End.LOW
                    ? (low + segment - 1) / segment * segment
                    : (high - bytes) / segment * segment;
        }
    }
}
