package org.gpumediator.testkit.haswell;

/** What XY_SETUP_BLT and its relatives leave for the blits that use it. */
final class BlitSetup {

    private static final int DWORDS = 9;

    private final int[] dwords = new int[DWORDS];
    private boolean monoPattern;
    private int left;
    private int top;
    private int right;
    private int bottom;

    /** Takes over a set-up command: a header and eight operands. */
    void take(Engine engine, int header, boolean patternIsMono) {
        dwords[0] = header;
        for (int i = 1; i < DWORDS; i++) {
            dwords[i] = engine.operand(i);
        }
        monoPattern = patternIsMono;
        clip(dwords[2], dwords[3]);
    }

    /** Takes over a clipping rectangle; each corner has x in its low and y in its high half. */
    void clip(int from, int to) {
        left = (short) from;
        top = from >> 16;
        right = (short) to;
        bottom = to >> 16;
    }

    int header() {
        return dwords[0];
    }

    /** Pitch, raster operation and depth. */
    int destinationLayout() {
        return dwords[1];
    }

    int destinationAddress() {
        return dwords[4];
    }

    int background() {
        return dwords[5];
    }

    int foreground() {
        return dwords[6];
    }

    /** Address of a colour pattern, or the low half of a mono one. */
    int pattern() {
        return dwords[7];
    }

    int patternHigh() {
        return dwords[8];
    }

    boolean patternIsMono() {
        return monoPattern;
    }

    int clipLeft() {
        return left;
    }

    int clipTop() {
        return top;
    }

    int clipRight() {
        return right;
    }

    int clipBottom() {
        return bottom;
    }
}
