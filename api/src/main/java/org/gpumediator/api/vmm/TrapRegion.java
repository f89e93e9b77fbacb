package org.gpumediator.api.vmm;

import java.util.List;
import java.util.Objects;
import org.gpumediator.api.pci.BarKind;

/**
 * One BAR of a virtual GPU (or its expansion ROM) as the VMM must offer it to the guest.
 *
 * @param index BAR number, {@code 0} to {@code 5}, or {@link #EXPANSION_ROM}
 * @param kind address space and width
 * @param length bytes, a power of two
 * @param handler answers every access that is not made through a direct window; it also answers
 *     those that are inside one, so a VMM may ignore the windows
 * @param directWindows sub-ranges that the VMM may map straight into the guest, ascending and
 *     disjoint
 */
public record TrapRegion(
        int index,
        BarKind kind,
        long length,
        TrapHandler handler,
        List<DirectWindow> directWindows) {

    /** The {@link #index} of the expansion ROM. */
    public static final int EXPANSION_ROM = 6;

    /**
     * Validates the description.
     *
     * @throws IllegalArgumentException if the index is out of range, the length is not a power of
     *     two, or a window is not inside the region or overlaps the one before it
     */
    public TrapRegion {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(handler, "handler");
        directWindows = List.copyOf(directWindows);
        if (index < 0 || index > EXPANSION_ROM) {
            throw new IllegalArgumentException(
                    "BAR index " + index + ": expected 0 to " + EXPANSION_ROM);
        }
        if (Long.bitCount(length) != 1) {
            throw new IllegalArgumentException("length " + length + ": expected a power of two");
        }
        long free = 0;
        for (DirectWindow window : directWindows) {
            if (window.offset() < free || window.offset() > length - window.length()) {
                throw new IllegalArgumentException(
                        "direct window "
                                + window.offset()
                                + "+"
                                + window.length()
                                + ": expected to lie inside the region of "
                                + length
                                + " bytes, after "
                                + free);
            }
            free = window.offset() + window.length();
        }
    }

    /**
     * Creates a region without direct windows.
     *
     * @throws IllegalArgumentException as the canonical constructor
     */
    public static TrapRegion trapped(int index, BarKind kind, long length, TrapHandler handler) {
        return new TrapRegion(index, kind, length, handler, List.of());
    }
}
