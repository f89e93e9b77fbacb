package org.gpumediator.testkit.haswell;

/** The four command streamers of a Haswell GPU. */
public enum HaswellEngine {

    // spotless:off
    //   base      status  reset  user  error notify interrupt block
    /** Render: 3D, GPGPU and media programs. */
    RCS (0x0_2000, 0x4080, 1 << 1,  0,    3,    4,   InterruptTree.GT),
    /** Video decoder and encoder. */
    VCS (0x1_2000, 0x4180, 1 << 2, 12,   15,   16,   InterruptTree.GT),
    /** Blitter. */
    BCS (0x2_2000, 0x4280, 1 << 3, 22,   25,   26,   InterruptTree.GT),
    /** Video enhancement. */
    VECS(0x1_a000, 0x4380, 1 << 4, 10,   12,   13,   InterruptTree.PM);
    // spotless:on

    private final int base;
    private final int statusPage;
    private final int resetBit;
    private final int userEvent;
    private final int errorEvent;
    private final int notifyEvent;
    private final int block;

    HaswellEngine(
            int base,
            int statusPage,
            int resetBit,
            int userEvent,
            int errorEvent,
            int notifyEvent,
            int block) {
        this.base = base;
        this.statusPage = statusPage;
        this.resetBit = resetBit;
        this.userEvent = 1 << userEvent;
        this.errorEvent = 1 << errorEvent;
        this.notifyEvent = 1 << notifyEvent;
        this.block = block;
    }

    /** Returns the byte offset in BAR 0 of the engine's first register. */
    public int mmioBase() {
        return base;
    }

    /** Returns the byte offset in BAR 0 of the engine's status page register. */
    public int statusPageRegister() {
        return statusPage;
    }

    /** Returns the engine's bit in the reset register {@code GDRST}. */
    public int resetBit() {
        return resetBit;
    }

    /** Returns the mask of the engine's user interrupt in its interrupt block. */
    public int userInterrupt() {
        return userEvent;
    }

    /** Returns the mask of the engine's error interrupt in its interrupt block. */
    public int errorInterrupt() {
        return errorEvent;
    }

    /** Returns the mask of the engine's flush notification in its interrupt block. */
    public int notifyInterrupt() {
        return notifyEvent;
    }

    int block() {
        return block;
    }
}
