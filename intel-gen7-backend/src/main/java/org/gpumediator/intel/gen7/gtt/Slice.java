package org.gpumediator.intel.gen7.gtt;

import org.gpumediator.api.partition.ResourceRange;

/**
 * The graphics addresses one virtual GPU owns: a range of the aperture and a range of hidden
 * graphics memory. With ballooning a guest's graphics addresses are the GPU's, so auditing is a
 * comparison.
 *
 * <p>All arithmetic is on 64 bits, so that no sum of a 32-bit address and a length wraps.
 */
public final class Slice {

    private final long apertureStart;
    private final long apertureEnd;
    private final long hiddenStart;
    private final long hiddenEnd;

    /** Creates a slice of two page-aligned ranges. */
    public Slice(ResourceRange aperture, ResourceRange hidden) {
        apertureStart = aperture.start();
        apertureEnd = aperture.end();
        hiddenStart = hidden.start();
        hiddenEnd = hidden.end();
    }

    /**
     * Returns whether {@code length} bytes at a graphics address lie wholly inside one of the two
     * ranges.
     */
    public boolean contains(long graphicsAddress, long length) {
        long end = graphicsAddress + length;
        return graphicsAddress >= apertureStart && end <= apertureEnd && length >= 0
                || graphicsAddress >= hiddenStart && end <= hiddenEnd && length >= 0;
    }

    /** Returns the first graphics address of the aperture share. */
    public long apertureStart() {
        return apertureStart;
    }

    /** Returns the end of the aperture share. */
    public long apertureEnd() {
        return apertureEnd;
    }

    /** Returns the first graphics address of the hidden share. */
    public long hiddenStart() {
        return hiddenStart;
    }

    /** Returns the end of the hidden share. */
    public long hiddenEnd() {
        return hiddenEnd;
    }

    /** Returns how many pages it has. */
    public int pages() {
        return (int) ((apertureEnd - apertureStart + hiddenEnd - hiddenStart) / Pte.PAGE);
    }

    /**
     * Returns the number of a page within the slice: aperture pages first, then hidden ones.
     *
     * @param index GGTT entry number
     * @return {@code -1} if the entry is not the slice's
     */
    public int slot(int index) {
        long address = (long) index * Pte.PAGE;
        if (address >= apertureStart && address < apertureEnd) {
            return (int) ((address - apertureStart) / Pte.PAGE);
        }
        if (address >= hiddenStart && address < hiddenEnd) {
            return (int) ((address - hiddenStart + apertureEnd - apertureStart) / Pte.PAGE);
        }
        return -1;
    }

    /** Returns the GGTT entry number of a slot, {@code 0} to {@code pages() - 1}. */
    public int index(int slot) {
        int aperturePages = (int) ((apertureEnd - apertureStart) / Pte.PAGE);
        return slot < aperturePages
                ? (int) (apertureStart / Pte.PAGE) + slot
                : (int) (hiddenStart / Pte.PAGE) + slot - aperturePages;
    }
}
