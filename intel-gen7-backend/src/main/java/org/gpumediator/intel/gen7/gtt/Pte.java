package org.gpumediator.intel.gen7.gtt;

/**
 * The format of Haswell's graphics page table entries: bit 0 valid, bits 31:12 address 31:12, bits
 * 10:4 address 38:32, bits 3:1 and 11 cacheability. Entries of a page directory have the same
 * address bits; their bit 1 asks for 32 KiB pages.
 *
 * <p>Source: Linux i915 gen6/gen7 GTT code, Haswell encoding.
 */
public final class Pte {

    /** Bytes of a page. */
    public static final int PAGE = 4096;

    private static final int VALID = 1;
    private static final int LOW_ADDRESS = 0xffff_f000;
    private static final int HIGH_ADDRESS = 0x7f0;
    private static final int CACHEABILITY = 0x80e;
    private static final int LARGE_PAGE = 1 << 1;

    private Pte() {}

    /** Returns whether an entry is valid. */
    public static boolean valid(int entry) {
        return (entry & VALID) != 0;
    }

    /**
     * Returns whether a directory entry asks for 32 KiB pages, which no driver uses and the
     * mediator refuses.
     */
    public static boolean largePage(int directoryEntry) {
        return (directoryEntry & LARGE_PAGE) != 0;
    }

    /**
     * Returns the page an entry points to: a guest-physical address in a guest's entry, a bus
     * address in a real one.
     */
    public static long address(int entry) {
        return Integer.toUnsignedLong(entry & LOW_ADDRESS) | (long) (entry & HIGH_ADDRESS) << 28;
    }

    /** Returns a valid entry for a page below 2^39, uncached. */
    public static int of(long pageAddress) {
        return (int) pageAddress & LOW_ADDRESS | (int) (pageAddress >> 28) & HIGH_ADDRESS | VALID;
    }

    /** Returns a guest's entry with its page replaced and its cacheability kept. */
    public static int translated(int guestEntry, long pageAddress) {
        return of(pageAddress) | guestEntry & CACHEABILITY;
    }
}
