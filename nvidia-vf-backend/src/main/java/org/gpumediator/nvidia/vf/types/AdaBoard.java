package org.gpumediator.nvidia.vf.types;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A board of the Ada family: its PCI identity, its memory and its virtual functions.
 *
 * <p>Sources: PCI device ids and sizes from the type data of a vGPU 17 host release and a dump of
 * an L20 with 32 virtual functions (windows of 8 MiB, 64 GiB and 1 GiB); the segment size of the
 * second-level translation is the greatest common divisor of a board's framebuffer sizes. A board
 * of 24 or 32 GiB is given half the aperture of a 48 GiB board: a choice, not a fact.
 */
public enum AdaBoard {
    // spotless:off
    //            id             title            device   subsys   chip        GiB seg  vf    vf1
    L2           ("l2",          "L2",            0x27b6,  0x1933,  Chip.AD104, 24,  64, 0x40, 1),
    L4           ("l4",          "L4",            0x27b8,  0x0000,  Chip.AD104, 24,  64, 0x40, 1),
    L20          ("l20",         "L20",           0x26ba,  0x1957,  Chip.AD102, 48, 128, 0x40, 2),
    L40          ("l40",         "L40",           0x26b5,  0x0000,  Chip.AD102, 48, 128, 0x40, 2),
    L40S         ("l40s",        "L40S",          0x26b9,  0x0000,  Chip.AD102, 48, 128, 0x40, 2),
    RTX_5000_ADA ("rtx5000ada",  "RTX 5000 Ada",  0x26b2,  0x17fa,  Chip.AD102, 32, 128, 0x40, 1),
    RTX_6000_ADA ("rtx6000ada",  "RTX 6000 Ada",  0x26b1,  0x0000,  Chip.AD102, 48, 128, 0x40, 2);
    // spotless:on

    /** A chip of the family; the value is what its first register reads. */
    public enum Chip {
        AD102(0x1920_00a1),
        AD104(0x1940_00a1);

        private final int bootValue;

        Chip(int bootValue) {
            this.bootValue = bootValue;
        }

        /** Returns what register 0 of BAR 0 reads: architecture, implementation, revision. */
        public int bootValue() {
            return bootValue;
        }
    }

    /** PCI vendor id of every board. */
    public static final int VENDOR_ID = 0x10de;

    /** Bytes of a MiB. */
    public static final long MIB = 1L << 20;

    /** Bytes of a GiB. */
    public static final long GIB = 1L << 30;

    /** Revision id of every board. */
    public static final int REVISION_ID = 0xa1;

    /** Virtual functions that a board can have. */
    public static final int TOTAL_VFS = 32;

    /**
     * Bytes of BAR 0 of a virtual function as its guest is told: the guest driver takes it to be as
     * long as the physical function's, and reads a few registers beyond what the function has.
     * Source: bus code of the open driver 555.58.02, and a trace of it.
     */
    public static final long GUEST_BAR0_BYTES = 16 * MIB;

    /** Hardware channels of one runlist, the physical function's among them. */
    public static final int TOTAL_CHANNELS = 2048;

    private static final List<AdaBoard> BOARDS = List.of(values());

    private final String id;
    private final String title;
    private final int deviceId;
    private final int subsystemId;
    private final Chip chip;
    private final int framebufferGib;
    private final int segmentMib;
    private final int vfBar0Pages;
    private final int vfBar1Gib;

    AdaBoard(
            String id,
            String title,
            int deviceId,
            int subsystemId,
            Chip chip,
            int framebufferGib,
            int segmentMib,
            int vfBar0Pages,
            int vfBar1Gib) {
        this.id = id;
        this.title = title;
        this.deviceId = deviceId;
        this.subsystemId = subsystemId;
        this.chip = chip;
        this.framebufferGib = framebufferGib;
        this.segmentMib = segmentMib;
        this.vfBar0Pages = vfBar0Pages;
        this.vfBar1Gib = vfBar1Gib;
    }

    /** Returns the name on a command line: lower-case letters and digits, such as {@code l40}. */
    public String id() {
        return id;
    }

    /** Returns the name people use, such as {@code RTX 6000 Ada}. */
    public String title() {
        return title;
    }

    /** Returns the PCI device id of the physical function and of its virtual functions. */
    public int deviceId() {
        return deviceId;
    }

    /** Returns the PCI subsystem id in the type data, {@code 0} where the data has none. */
    public int subsystemId() {
        return subsystemId;
    }

    /** Returns the chip. */
    public Chip chip() {
        return chip;
    }

    /** Returns the nominal framebuffer in bytes, error correction off. */
    public long framebufferBytes() {
        return framebufferGib * GIB;
    }

    /** Returns the granularity of guest framebuffer in bytes: one translation segment. */
    public long segmentBytes() {
        return segmentMib * MIB;
    }

    /** Returns the placement slots of one GiB that the board has. */
    public int placementSlots() {
        return framebufferGib;
    }

    /** Returns the bytes of BAR 0 of one virtual function. */
    public long vfBar0Bytes() {
        return vfBar0Pages * 4096L;
    }

    /** Returns the bytes of BAR 1 (the framebuffer aperture) of one virtual function. */
    public long vfBar1Bytes() {
        return vfBar1Gib * GIB;
    }

    /** Returns the bytes of BAR 3 (the instance memory aperture) of one virtual function. */
    public long vfBar3Bytes() {
        return 32 * MIB;
    }

    /** Returns the bytes of BAR 1 of the physical function: one share for every function. */
    public long bar1Bytes() {
        return vfBar1Bytes() * TOTAL_VFS;
    }

    /** Returns the board with a name, in any case, with or without blanks and dashes. */
    public static Optional<AdaBoard> byId(String name) {
        for (AdaBoard board : BOARDS) {
            if (board.id.equals(name)) {
                return Optional.of(board);
            }
        }
        String wanted = name.toLowerCase(Locale.ROOT).replaceAll("[ _-]", "");
        return Arrays.stream(values()).filter(board -> board.id.equals(wanted)).findFirst();
    }

    /** Returns the board with a PCI device id. */
    public static Optional<AdaBoard> byDeviceId(int deviceId) {
        return Arrays.stream(values()).filter(board -> board.deviceId == deviceId).findFirst();
    }
}
