package org.gpumediator.nvidia.vf.hardware;

/**
 * Where the registers of the physical function are: offsets into its BAR 0, in bytes. Every one
 * that this backend uses is here and nowhere else.
 *
 * <p>Source: the register headers of the open drivers, Turing to Ada.
 */
public final class BoardRegisters {

    private BoardRegisters() {}

    // spotless:off
    // ---- the processor that the firmware runs on (GSP), and what has prepared the board for it
    public static final int FALCON_MAILBOX_0  = 0x11_0040;
    public static final int FALCON_MAILBOX_1  = 0x11_0044;
    public static final int FALCON_OS         = 0x11_0080;
    public static final int ENGINE_RESET      = 0x11_03c0;
    /** A write says that there are new elements in the command queue. */
    public static final int QUEUE_HEAD        = 0x11_0c00;
    public static final int CPU_CONTROL       = 0x11_1388;
    /** Bit of {@link #CPU_CONTROL}: the processor runs. */
    public static final int CPU_ACTIVE        = 1 << 7;
    public static final int CORE_SELECT       = 0x11_1668;
    public static final int BOARD_PROGRESS    = 0x11_8234;
    public static final int USABLE_MEBIBYTES  = 0x11_83a4;
    /** End of the protected range of the framebuffer. */
    public static final int WPR2_END          = 0x1f_a828;

    // ---- the processor that starts it (SEC2)
    public static final int SEC2_MAILBOX_0    = 0x84_0040;
    public static final int SEC2_MAILBOX_1    = 0x84_0044;
    public static final int SEC2_CONTROL      = 0x84_0100;

    // ---- the function's own page: interrupts and doorbells
    private static final int FUNCTION         = 0xb8_0000;
    private static final int LEAF             = FUNCTION + 0x1000;
    private static final int LEAF_ENABLE      = FUNCTION + 0x1200;
    public static final int TOP_ENABLE        = FUNCTION + 0x1608;
    /** A write rings the doorbell of a function's firmware task. */
    public static final int TASK_DOORBELL     = FUNCTION + 0x2200;
    /** A write of its id makes a channel look for work. */
    public static final int CHANNEL_DOORBELL  = FUNCTION + 0x3_0090;

    /** Leaf of the interrupt tree: a runlist of the graphics engine. */
    public static final int LEAF_RUNLIST      = 6;
    /** Leaf of the interrupt tree: the firmware. */
    public static final int LEAF_FIRMWARE     = 7;

    // ---- the runlist of the graphics engine
    private static final int RUNLIST          = 0xc0_0000;
    public static final int RUNLIST_SUBMIT    = RUNLIST + 0x088;
    public static final int RUNLIST_INFO      = RUNLIST + 0x08c;
    public static final int RUNLIST_STATUS    = RUNLIST + 0x200;
    /** A bit for each software runlist that has work: two dwords. */
    public static final int RUNLIST_WORK      = RUNLIST + 0x300;
    // spotless:on

    /** Returns the register that shows and acknowledges the interrupts of a leaf, 0 to 7. */
    public static int leaf(int number) {
        return LEAF + Integer.BYTES * number;
    }

    /** Returns the register that enables the interrupts of a leaf, 0 to 7. */
    public static int leafEnable(int number) {
        return LEAF_ENABLE + Integer.BYTES * number;
    }

    /** Returns the bit of {@link #TOP_ENABLE} that a leaf belongs to; two leaves share one. */
    public static int topBit(int leaf) {
        return 1 << leaf / 2;
    }
}
