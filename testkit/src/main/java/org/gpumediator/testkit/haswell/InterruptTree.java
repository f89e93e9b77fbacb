package org.gpumediator.testkit.haswell;

/**
 * The interrupt hierarchy: four blocks of status, mask, identity and enable; the south display's
 * block is one bit of the display's; the display's enable register holds the master switch.
 *
 * <p>Source: facts of i915 interrupt handling before Broadwell. The message is an edge: it is sent
 * when "something enabled is pending and the master is on" becomes true.
 */
final class InterruptTree {

    static final int DE = 0;
    static final int GT = 1;
    static final int PM = 2;
    static final int PCH = 3;

    /** Display events. */
    static final int DE_PCH = 1 << 28;

    private static final int MASTER = 1 << 31;

    private final int[] status = new int[4];
    private final int[] mask = new int[4];
    private final int[] identity = new int[4];
    private final int[] enable = new int[4];
    private boolean asserted;
    private int messages;

    InterruptTree() {
        reset();
    }

    void reset() {
        for (int block = 0; block < 4; block++) {
            status[block] = 0;
            mask[block] = -1;
            identity[block] = 0;
            enable[block] = 0;
        }
        asserted = false;
    }

    /** A momentary event. */
    void pulse(int block, int bits) {
        identity[block] |= bits & ~mask[block];
        evaluate();
    }

    /** A lasting condition. */
    void level(int block, int bits, boolean on) {
        status[block] = on ? status[block] | bits : status[block] & ~bits;
        evaluate();
    }

    int status(int block) {
        return status[block];
    }

    int mask(int block) {
        return mask[block];
    }

    int identity(int block) {
        return identity[block];
    }

    int enable(int block) {
        return enable[block];
    }

    void setMask(int block, int value) {
        mask[block] = value;
        evaluate();
    }

    void clearIdentity(int block, int bits) {
        identity[block] &= ~bits;
        evaluate();
    }

    void setEnable(int block, int value) {
        enable[block] = value;
        evaluate();
    }

    /** Returns whether the device asks for attention, as a level. */
    boolean asserted() {
        return asserted;
    }

    /** Takes the messages that are to be sent. */
    int takeMessages() {
        int taken = messages;
        messages = 0;
        return taken;
    }

    private void evaluate() {
        for (int block = 0; block < 4; block++) {
            identity[block] |= status[block] & ~mask[block];
        }
        boolean south = (identity[PCH] & enable[PCH]) != 0;
        status[DE] = south ? status[DE] | DE_PCH : status[DE] & ~DE_PCH;
        identity[DE] |= status[DE] & ~mask[DE];
        int pending =
                identity[DE] & enable[DE] & ~MASTER
                        | identity[GT] & enable[GT]
                        | identity[PM] & enable[PM];
        boolean now = pending != 0 && (enable[DE] & MASTER) != 0;
        if (now && !asserted) {
            messages++;
        }
        asserted = now;
    }
}
