package org.gpumediator.core.pci;

/**
 * What a guest's write should make of the bytes of a configuration space: the masks of one of the
 * {@link Functions}, written down a second time from the specifications, and the rule for a write.
 */
final class ExpectedBits {

    private static final int PMCSR_STATE = 3;

    private final byte[] writable;
    private final byte[] oneToClear;
    private int pmcsr = -1;
    private int frozenFrom = -1;
    private int frozenTo = -1;
    private int guard = -1;
    private int frozenControl = -1;

    ExpectedBits(int length) {
        writable = new byte[length];
        oneToClear = new byte[length];
        row(0x06, 2, 0, 0xf900);
        row(0x0c, 1, 0xff, 0);
        row(0x3c, 1, 0xff, 0);
    }

    static ExpectedBits integrated() {
        // spotless:off
        return new ExpectedBits(256)
                .row(0x04, 2, 0x0547,      0)
                .row(0x10, 4, 0xffc0_0000, 0)
                .row(0x14, 4, 0xffff_ffff, 0)
                .row(0x18, 4, 0xe000_0000, 0)
                .row(0x1c, 4, 0xffff_ffff, 0)
                .row(0x20, 4, 0xffff_ffc0, 0)
                .row(0x92, 2, 0x0071,      0)
                .row(0x94, 4, 0xffff_fffc, 0)
                .row(0x98, 2, 0xffff,      0)
                .row(0xd4, 2, 0x0003,      0)
                .row(0xe8, 2, 0xffff,      0)
                .row(0xfc, 4, 0xffff_ffff, 0)
                .powerAt(0xd4);
        // spotless:on
    }

    static ExpectedBits discrete() {
        // spotless:off
        return new ExpectedBits(4096)
                .row(0x004, 2, 0x0546,      0)
                .row(0x010, 4, 0xff00_0000, 0)
                .row(0x014, 4, 0x0000_0000, 0)
                .row(0x018, 4, 0xffff_fff0, 0)
                .row(0x01c, 4, 0xfe00_0000, 0)
                .row(0x020, 4, 0xffff_ffff, 0)
                .row(0x064, 2, 0x0003,      0)
                .row(0x080, 2, 0x79ff,      0)
                .row(0x082, 2, 0,           0x000f)
                .row(0x088, 2, 0x00c8,      0)
                .row(0x0a0, 2, 0x0010,      0)
                .row(0x0a8, 2, 0x000f,      0)
                .row(0x0ca, 2, 0xc000,      0)
                .row(0x424, 4, 0,           0x07ff_f030)
                .row(0x428, 4, 0x07ff_f030, 0)
                .row(0x42c, 4, 0x07ff_f030, 0)
                .row(0x430, 4, 0,           0x0000_f1c1)
                .row(0x434, 4, 0x0000_f1c1, 0)
                .row(0xbd4, 2, 0x0039,      0)
                .row(0xbdc, 2, 0xffff,      0)
                .row(0xbec, 4, 0x0000_0573, 0)
                .row(0xbf0, 4, 0xfffc_0000, 0)
                .row(0xbf4, 4, 0x8000_0000, 0)
                .row(0xbf8, 4, 0xffff_ffff, 0)
                .row(0xbfc, 4, 0xfe00_0000, 0)
                .row(0xc00, 4, 0xffff_ffff, 0)
                .powerAt(0x64)
                .frozen(0xbdc, 0xc08, 0xbd4);
        // spotless:on
    }

    static ExpectedBits virtual() {
        // spotless:off
        return new ExpectedBits(4096)
                .row(0x04, 2, 0x0546,      0)
                .row(0x10, 4, 0xfffc_0000, 0)
                .row(0x14, 4, 0xf000_0000, 0)
                .row(0x18, 4, 0xffff_ffff, 0)
                .row(0x1c, 4, 0xfe00_0000, 0)
                .row(0x20, 4, 0xffff_ffff, 0)
                .row(0x7e, 2, 0xc000,      0);
        // spotless:on
    }

    static ExpectedBits everything() {
        // spotless:off
        return new ExpectedBits(4096)
                .row(0x004, 2, 0x0547,      0)
                .row(0x010, 4, 0xffff_fffc, 0)
                .row(0x014, 4, 0xffff_0000, 0)
                .row(0x018, 4, 0x8000_0000, 0)
                .row(0x01c, 4, 0x0000_0000, 0)
                .row(0x020, 4, 0xc000_0000, 0)
                .row(0x024, 4, 0xffff_fff0, 0)
                .row(0x030, 4, 0xffff_0001, 0)
                .row(0x044, 2, 0x0003,      0)
                .row(0x04a, 2, 0x0071,      0)
                .row(0x04c, 4, 0xffff_fffc, 0)
                .row(0x050, 4, 0xffff_ffff, 0)
                .row(0x054, 2, 0xffff,      0)
                .row(0x058, 4, 0xffff_ffff, 0)
                .row(0x062, 2, 0xc000,      0)
                .row(0x0a0, 4, 0x0f0f_0ff0, 0xf000_000f)
                .row(0x0a5, 1, 0,           0xff)
                .row(0x0a8, 2, 0xffff,      0)
                .row(0x0aa, 1, 0x01,        0)
                .row(0xffe, 2, 0xffff,      0)
                .powerAt(0x44)
                .frozen(0xa9, 0xaa, 0xaa);
        // spotless:on
    }

    int length() {
        return writable.length;
    }

    /** Returns the bits of a byte that nothing a guest does may change. */
    int constantBits(int at) {
        return ~(writable[at] | oneToClear[at]) & 0xff;
    }

    /** Returns what a space should be after a write. */
    byte[] after(byte[] before, int offset, int width, int value) {
        byte[] after = before.clone();
        boolean isFrozen = guard >= 0 && (before[guard] & 1) != 0;
        for (int i = 0; i < width; i++) {
            int at = offset + i;
            if (at >= 0 && at < after.length) {
                int octet = value >>> (8 * i);
                int open = isFrozen ? openBits(at) : 0xff;
                int kept = before[at] & ~(writable[at] & open);
                int taken = octet & writable[at] & open;
                after[at] = (byte) ((kept | taken) & ~(octet & oneToClear[at] & open));
            }
        }
        if (pmcsr >= 0 && isMissingState(after[pmcsr] & PMCSR_STATE)) {
            after[pmcsr] = (byte) (after[pmcsr] & ~PMCSR_STATE | before[pmcsr] & PMCSR_STATE);
        }
        return after;
    }

    private int openBits(int at) {
        if (at == frozenControl) {
            return 0x09;
        }
        return at >= frozenFrom && at < frozenTo ? 0 : 0xff;
    }

    private static boolean isMissingState(int state) {
        return state == 1 || state == 2;
    }

    private ExpectedBits row(int offset, int width, int write, int clear) {
        for (int i = 0; i < width; i++) {
            writable[offset + i] = (byte) ((write & ~clear) >>> (8 * i));
            oneToClear[offset + i] = (byte) (clear >>> (8 * i));
        }
        return this;
    }

    private ExpectedBits powerAt(int offset) {
        pmcsr = offset;
        return this;
    }

    /** Bytes that are read-only while bit 0 of {@code guardOffset} is set. */
    private ExpectedBits frozen(int from, int to, int guardOffset) {
        frozenFrom = from;
        frozenTo = to;
        guard = guardOffset;
        frozenControl = guardOffset == 0xbd4 ? guardOffset : -1;
        return this;
    }
}
