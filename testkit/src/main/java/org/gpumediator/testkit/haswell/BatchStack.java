package org.gpumediator.testkit.haswell;

/**
 * Which batch buffer the parser is in: none (level 0, the ring), one, or a second one started from
 * the first. A batch that starts another without asking for a second level is left for good.
 */
final class BatchStack {

    private static final int LEVELS = 3;

    private int level;
    private final long[] position = new long[LEVELS];
    private final int[] space = new int[LEVELS];
    private final boolean[] privileged = new boolean[LEVELS];

    BatchStack() {
        clear();
    }

    void clear() {
        level = 0;
        position[1] = 0;
        privileged[0] = true;
    }

    int level() {
        return level;
    }

    long position() {
        return position[level];
    }

    int space() {
        return space[level];
    }

    /** Returns whether the commands here may do what only a kernel's driver may. */
    boolean privileged() {
        return privileged[level];
    }

    void advance(int bytes) {
        position[level] += bytes;
    }

    /** Returns whether such a start comes back to the command after it. */
    boolean returns(boolean secondLevel) {
        return level == 0 || secondLevel && level < LEVELS - 1;
    }

    /** Goes on in a batch; privilege once given up does not come back. */
    void enter(long address, int addressSpace, boolean trusted, boolean secondLevel) {
        boolean mayTrust = privileged();
        if (returns(secondLevel)) {
            level++;
        }
        position[level] = address & 0xffff_fffcL;
        space[level] = addressSpace;
        privileged[level] = trusted && mayTrust;
    }

    void leave() {
        level--;
    }

    /** Returns the address of the last batch, with bit 0 set while it runs. */
    int address() {
        return level == 0 ? (int) position[1] & ~3 : (int) position[level] & ~3 | 1;
    }
}
