package org.gpumediator.intel.gen7.command;

/**
 * The two ranges of graphics addresses that the scanned submission may name. All arithmetic is on
 * 64 bits.
 */
final class SliceBounds {

    private long lowStart;
    private long lowEnd;
    private long highStart;
    private long highEnd;

    void set(ScanContext context) {
        lowStart = context.lowStart();
        lowEnd = context.lowEnd();
        highStart = context.highStart();
        highEnd = context.highEnd();
    }

    /** Returns whether {@code length} bytes, 1 or more, lie inside one of the ranges. */
    boolean contains(long graphicsAddress, long length) {
        long end = graphicsAddress + length;
        return graphicsAddress >= lowStart && end <= lowEnd
                || graphicsAddress >= highStart && end <= highEnd;
    }

    /** Returns the end of the range that holds an address, {@code 0} if none does. */
    long endOfRangeAt(long graphicsAddress) {
        if (graphicsAddress >= lowStart && graphicsAddress < lowEnd) {
            return lowEnd;
        }
        return graphicsAddress >= highStart && graphicsAddress < highEnd ? highEnd : 0;
    }

    /** Returns the end of the higher range that is not empty. */
    long end() {
        return highEnd > highStart ? Math.max(highEnd, lowEnd) : lowEnd;
    }

    /** Returns an address inside: what a null address becomes. */
    int home() {
        return (int) (lowEnd > lowStart ? lowStart : highStart);
    }
}
