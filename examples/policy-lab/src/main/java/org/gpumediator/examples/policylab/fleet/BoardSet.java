package org.gpumediator.examples.policylab.fleet;

/**
 * A set of boards by number. Adding, removing, and finding the next cost the same whatever its
 * size: each bit of a level says whether a word of the level below has any.
 */
final class BoardSet {

    private final long[][] levels;

    BoardSet(int boards) {
        int depth = 1;
        for (int words = words(boards); words > 1; words = words(words)) {
            depth++;
        }
        levels = new long[depth][];
        int words = boards;
        for (int level = 0; level < depth; level++) {
            words = words(words);
            levels[level] = new long[Math.max(1, words)];
        }
    }

    private static int words(int bits) {
        return (bits + 63) / 64;
    }

    void add(int board) {
        int index = board;
        for (long[] level : levels) {
            level[index >>> 6] |= 1L << index;
            index >>>= 6;
        }
    }

    void remove(int board) {
        int index = board;
        for (long[] level : levels) {
            level[index >>> 6] &= ~(1L << index);
            if (level[index >>> 6] != 0) {
                return;
            }
            index >>>= 6;
        }
    }

    boolean isEmpty() {
        return levels[levels.length - 1][0] == 0;
    }

    /** Returns the lowest board that is not below a number, or -1. */
    int next(int from) {
        int index = from;
        int level = 0;
        while (level < levels.length) {
            long[] words = levels[level];
            int word = index >>> 6;
            if (word >= words.length) {
                return -1;
            }
            long left = words[word] & -1L << index;
            if (left != 0) {
                index = (word << 6) + Long.numberOfTrailingZeros(left);
                while (level > 0) {
                    level--;
                    index = (index << 6) + Long.numberOfTrailingZeros(levels[level][index]);
                }
                return index;
            }
            index = word + 1;
            level++;
        }
        return -1;
    }
}
