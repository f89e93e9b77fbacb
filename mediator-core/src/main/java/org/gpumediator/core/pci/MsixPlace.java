package org.gpumediator.core.pci;

/**
 * Where the MSI-X table and its pending bits are.
 *
 * @param tableBar BAR that holds the table, 0 to 5
 * @param tableOffset byte offset of the table in that BAR, a multiple of 8
 * @param pendingBar BAR that holds the pending bits, 0 to 5
 * @param pendingOffset byte offset of the pending bits in that BAR, a multiple of 8
 */
public record MsixPlace(int tableBar, int tableOffset, int pendingBar, int pendingOffset) {

    /** Bytes of the table for each vector. */
    static final int ENTRY_LENGTH = 16;

    /**
     * Validates the place.
     *
     * @throws IllegalArgumentException if a component is out of range
     */
    public MsixPlace {
        checkOne("table", tableBar, tableOffset);
        checkOne("pending bits", pendingBar, pendingOffset);
    }

    /** Returns a place with table and pending bits in the same BAR. */
    public static MsixPlace in(int bar, int tableOffset, int pendingOffset) {
        return new MsixPlace(bar, tableOffset, bar, pendingOffset);
    }

    /** Returns the length of the table in bytes. */
    static int tableLength(int vectors) {
        return vectors * ENTRY_LENGTH;
    }

    /** Returns the length of the pending bits in bytes: whole 64-bit words. */
    static int pendingLength(int vectors) {
        return (vectors + Long.SIZE - 1) / Long.SIZE * Long.BYTES;
    }

    /** Checks that table and pending bits do not overlap. */
    void check(int vectors) {
        long table = tableOffset;
        long pending = pendingOffset;
        if (tableBar == pendingBar
                && table < pending + pendingLength(vectors)
                && pending < table + tableLength(vectors)) {
            throw new IllegalArgumentException(
                    "MSI-X table at 0x%x and pending bits at 0x%x of BAR %d overlap (%d vectors)"
                            .formatted(tableOffset, pendingOffset, tableBar, vectors));
        }
    }

    private static void checkOne(String what, int bar, int offset) {
        if (bar < 0 || bar > 5 || offset < 0 || (offset & 7) != 0) {
            throw new IllegalArgumentException(
                    "MSI-X %s in BAR %d at 0x%x: expected BAR 0 to 5 and a multiple of 8"
                            .formatted(what, bar, offset));
        }
    }
}
