package org.gpumediator.intel.gen7.hardware;

import org.gpumediator.core.catalogue.BitField;

/**
 * Offsets of an engine's registers from its base, and their fields.
 *
 * <p>Source: Linux i915 ring registers, gen7.
 */
public final class RingRegisters {

    public static final int TAIL = 0x30;
    public static final int HEAD = 0x34;
    public static final int START = 0x38;
    public static final int CTL = 0x3c;
    public static final int IPEIR = 0x64;
    public static final int IPEHR = 0x68;
    public static final int INSTDONE = 0x6c;
    public static final int INSTPS = 0x70;
    public static final int ACTHD = 0x74;
    public static final int HWSTAM = 0x98;
    public static final int MI_MODE = 0x9c;
    public static final int IMR = 0xa8;
    public static final int EIR = 0xb0;
    public static final int EMR = 0xb4;
    public static final int ESR = 0xb8;
    public static final int INSTPM = 0xc0;
    public static final int UHPTR = 0x134;
    public static final int BBSTATE = 0x110;
    public static final int BBADDR = 0x140;
    public static final int CCID = 0x180;
    public static final int PP_DCLV = 0x220;
    public static final int PP_DIR_BASE = 0x228;
    public static final int GFX_MODE = 0x29c;

    /** How many bytes behind an engine's base belong to it. */
    public static final int BLOCK = 0x400;

    static final BitField CTL_ENABLE = BitField.bit(0);
    static final BitField CTL_PAGES = BitField.range(20, 12);
    static final BitField TAIL_OFFSET = BitField.range(20, 3);
    static final BitField HEAD_OFFSET = BitField.range(20, 2);
    public static final int HEAD_OFFSET_MASK = 0x1f_fffc;
    public static final int TAIL_OFFSET_MASK = 0x1f_fff8;
    public static final int START_MASK = 0xffff_f000;
    public static final int CTL_LENGTH_MASK = 0x1f_f000;
    public static final int MI_MODE_STOP = 1 << 8;
    public static final int MI_MODE_IDLE = 1 << 9;

    /** Bits of MI_MODE that belong to the guest alone: not stop, idle, or the use of UHPTR. */
    public static final int MI_MODE_MOVED = 0xf4ff;

    public static final int GFX_MODE_PPGTT = 1 << 9;

    /**
     * Bits of GFX_MODE that a guest decides: its address space, and how the render engine replays
     * what was preempted. Not bit 13, "invalidate translations only when asked to".
     */
    public static final int GFX_MODE_OF_GUEST = GFX_MODE_PPGTT | 1 << 11;

    public static final int INSTPM_TLB_INVALIDATE = 1 << 9;
    public static final int INSTPM_SYNC_FLUSH = 1 << 5;

    /** Bits of INSTPM that are a mode, not a request. */
    public static final int INSTPM_MOVED = 0xffff & ~(INSTPM_TLB_INVALIDATE | INSTPM_SYNC_FLUSH);

    public static final int DCLV_ALL = -1;

    private RingRegisters() {}
}
