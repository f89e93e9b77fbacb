package org.gpumediator.intel.gen7.command;

import java.util.Arrays;

/**
 * The copies of one submission's privileged batches: one run of dwords, and where in the guest each
 * batch in it came from. A batch that a jump names and that is not copied yet waits; the jumps to
 * it are linked through the operand they will get, so that no list of them is needed.
 */
final class BatchCopies {

    /** No batch, or no jump. */
    static final int NONE = -1;

    private static final int ALIGN_DWORDS = 16;
    private static final int FIRST_SIZE = 1 << 14;

    /** Room behind the copies for the last page read. */
    private static final int SLACK = 1024;

    private int[] dwords = new int[0];
    private int used;
    private int capacity;
    private long base;

    private final long[] sources;
    private final GraphicsSpace[] spaces;
    private final boolean[] unprivileged;
    private final int[] depths;
    private final int[] starts;
    private final int[] ends;
    private final int[] waitingJumps;
    private int count;

    BatchCopies(int batches) {
        sources = new long[batches];
        spaces = new GraphicsSpace[batches];
        Arrays.fill(spaces, GraphicsSpace.GGTT);
        unprivileged = new boolean[batches];
        depths = new int[batches];
        starts = new int[batches];
        ends = new int[batches];
        waitingJumps = new int[batches];
    }

    void reset() {
        used = 0;
        count = 0;
        capacity = NONE;
    }

    boolean placed() {
        return capacity != NONE;
    }

    void place(long graphicsAddress, int capacityDwords) {
        base = graphicsAddress;
        capacity = capacityDwords;
    }

    int capacity() {
        return capacity;
    }

    int[] dwords() {
        return dwords;
    }

    int used() {
        return used;
    }

    int count() {
        return count;
    }

    /** Goes back to an earlier {@link #used} and {@link #count}. */
    void rollBack(int usedBefore, int countBefore) {
        used = usedBefore;
        count = countBefore;
    }

    /** Returns the graphics address that a dword of the copies will have. */
    int graphicsAddress(int index) {
        return (int) (base + (long) index * Integer.BYTES);
    }

    /** Returns the batch that starts at a source, {@link #NONE} if there is none. */
    int find(GraphicsSpace space, long source, boolean unprivilegedBatch) {
        for (int i = 0; i < count; i++) {
            if (sources[i] == source
                    && spaces[i] == space
                    && unprivileged[i] == unprivilegedBatch) {
                return i;
            }
        }
        return NONE;
    }

    /** Returns the first batch from {@code after} on whose copied part holds a source. */
    int findHolding(
            int after, GraphicsSpace space, long source, boolean unprivilegedBatch, int walked) {
        for (int i = after; i < count && starts[i] != NONE; i++) {
            int end = ends[i] == NONE ? walked : ends[i];
            if (source > sources[i]
                    && source < sources[i] + (long) (end - starts[i]) * Integer.BYTES
                    && spaces[i] == space
                    && unprivileged[i] == unprivilegedBatch) {
                return i;
            }
        }
        return NONE;
    }

    /** Adds a batch that waits for being copied; {@link #NONE} if there are too many. */
    int add(GraphicsSpace space, long source, boolean unprivilegedBatch, int depth) {
        if (count == sources.length) {
            return NONE;
        }
        sources[count] = source;
        spaces[count] = space;
        unprivileged[count] = unprivilegedBatch;
        depths[count] = depth;
        starts[count] = NONE;
        ends[count] = NONE;
        waitingJumps[count] = NONE;
        return count++;
    }

    long source(int batch) {
        return sources[batch];
    }

    GraphicsSpace space(int batch) {
        return spaces[batch];
    }

    boolean unprivileged(int batch) {
        return unprivileged[batch];
    }

    int depth(int batch) {
        return depths[batch];
    }

    boolean started(int batch) {
        return starts[batch] != NONE;
    }

    int start(int batch) {
        return starts[batch];
    }

    /** Links a jump of the copies, its operand at {@code operand}, to a batch that waits. */
    void addWaitingJump(int batch, int operand) {
        dwords[operand] = waitingJumps[batch];
        waitingJumps[batch] = operand;
    }

    /** Starts copying a batch behind the others and gives the jumps to it their target. */
    int begin(int batch) {
        int start = used + ALIGN_DWORDS - 1 & -ALIGN_DWORDS;
        starts[batch] = start;
        int target = graphicsAddress(start);
        for (int operand = waitingJumps[batch]; operand != NONE; ) {
            int next = dwords[operand];
            dwords[operand] = target;
            operand = next;
        }
        return start;
    }

    /**
     * Ends a batch before {@code end}, with one more MI_BATCH_BUFFER_END behind it; returns whether
     * the copies still fit.
     */
    boolean end(int batch, int end) {
        if (end >= capacity) {
            return false;
        }
        Arrays.fill(dwords, used, starts[batch], Mi.NOOP);
        dwords[end] = Mi.BATCH_BUFFER_END;
        ends[batch] = end;
        used = end + 1;
        return true;
    }

    /** Makes room for a page of dwords at {@code end}; returns whether that is within bounds. */
    boolean reserve(int end) {
        if (end > capacity) {
            return false;
        }
        int wanted = end + SLACK + 1;
        if (wanted > dwords.length) {
            int size = Math.min(capacity + SLACK + 1, Math.max(FIRST_SIZE, dwords.length * 2));
            dwords = Arrays.copyOf(dwords, Math.max(wanted, size));
        }
        return true;
    }
}
