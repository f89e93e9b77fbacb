package org.gpumediator.intel.gen7.gtt;

import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.intel.gen7.hardware.Engine;

/**
 * The mediator's own graphics addresses: the top of the aperture, out of every guest's slice. Its
 * windows show the memory of whoever is on the hardware; the entries are cached here so that
 * showing the same memory again costs nothing.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
public final class ReservedArea {

    /** Bytes of the area. */
    public static final long BYTES = 32L << 20;

    /** Largest ring, and length of each ring window. Source: RING_CTL buffer length, bits 20:12. */
    public static final long RING_WINDOW = 2L << 20;

    /** Length of the window for copies of one engine's batches. */
    public static final long BATCH_WINDOW = 2L << 20;

    /**
     * Graphics address space that one page directory takes: 512 entries of 4 bytes, each standing
     * for a page.
     */
    public static final int DIRECTORY_ENTRIES = 512;

    /** How many page directories can be resident. */
    public static final int DIRECTORIES = 7;

    /**
     * Length of a context window: 17 pages of image, Source: Haswell logical context size as XenGT
     * reserves it.
     */
    public static final long CONTEXT_BYTES = 17L * Pte.PAGE;

    private static final long DIRECTORY_WINDOW = (long) DIRECTORY_ENTRIES * Pte.PAGE;
    private static final long RINGS = 0;
    private static final long BATCHES = RINGS + Engine.COUNT * RING_WINDOW;
    private static final long DIRECTORY_BASE = BATCHES + Engine.COUNT * BATCH_WINDOW;
    private static final long CONTEXTS = DIRECTORY_BASE + DIRECTORIES * DIRECTORY_WINDOW;
    private static final long OWN_RING = CONTEXTS + 2 * 128 * 1024;
    private static final long SCRATCH = OWN_RING + 16 * 1024;
    private static final long OWN_STATUS = SCRATCH + Pte.PAGE;

    private final GlobalGtt gtt;
    private final long start;
    private final int scratchEntry;
    private final int[] entries = new int[(int) (BYTES / Pte.PAGE)];

    /**
     * Creates the area; every entry points to a scratch page.
     *
     * @param start graphics address of the first byte, a multiple of 2 MiB
     */
    public ReservedArea(GlobalGtt gtt, long start, long scratchPage) {
        this.gtt = gtt;
        this.start = start;
        scratchEntry = Pte.of(scratchPage);
        for (int i = 0; i < entries.length; i++) {
            entries[i] = scratchEntry;
            gtt.set(first(0) + i, scratchEntry);
        }
    }

    /** Returns the graphics address of an engine's ring window. */
    public long ring(Engine engine) {
        return start + RINGS + engine.ordinal() * RING_WINDOW;
    }

    /** Returns the graphics address of an engine's window of batch copies. */
    public long batches(Engine engine) {
        return start + BATCHES + engine.ordinal() * BATCH_WINDOW;
    }

    /** Returns the graphics address that a page directory's slots stand for. */
    public long directory(int number) {
        return start + DIRECTORY_BASE + number * DIRECTORY_WINDOW;
    }

    /** Returns the graphics address of one of the two context windows. */
    public long context(int window) {
        return start + CONTEXTS + window * 128L * 1024;
    }

    /** Returns the graphics address of the mediator's own ring of 16 KiB. */
    public long ownRing() {
        return start + OWN_RING;
    }

    /**
     * Returns the graphics address of the page in which the mediator's own ring says that it is
     * done. Never given to a guest, not even in place of an address that it may not use.
     */
    public long ownStatus() {
        return start + OWN_STATUS;
    }

    /** Returns the graphics address of a page for what nobody shall see. */
    public long scratch() {
        return start + SCRATCH;
    }

    /** Returns whether a graphics address is one of the area. */
    public boolean holds(long graphicsAddress) {
        return graphicsAddress >= start && graphicsAddress < start + BYTES;
    }

    /** Shows pages that follow each other on the bus at a graphics address of the area. */
    public void show(long graphicsAddress, long busAddress, int pages) {
        int first = first(graphicsAddress - start);
        for (int i = 0; i < pages; i++) {
            set(first + i, Pte.of(busAddress + (long) i * Pte.PAGE));
        }
    }

    /**
     * Makes the GPU forget what it remembers of the table, the area's windows included, if any of
     * it has changed. To be called before an engine is given something to run.
     */
    public void flush() {
        gtt.flushChanges();
    }

    /** Takes pages of the area out of use. */
    public void hide(long graphicsAddress, int pages) {
        int first = first(graphicsAddress - start);
        for (int i = 0; i < pages; i++) {
            set(first + i, scratchEntry);
        }
    }

    /** Takes pages that are about to be given back out of use, wherever they are shown. */
    public void forget(DmaPages pages) {
        long first = pages.busAddress();
        long end = first + (long) pages.pages() * Pte.PAGE;
        for (int i = 0; i < entries.length; i++) {
            long address = Pte.address(entries[i]);
            if (address >= first && address < end) {
                set(first(0) + i, scratchEntry);
            }
        }
    }

    /** Sets one slot of a resident page directory. */
    public void setDirectoryEntry(int directory, int slot, int entry) {
        set(first(directory(directory) - start) + slot, entry);
    }

    /**
     * Returns the value of PP_DIR_BASE for a resident page directory: cache lines of 64 bytes into
     * the table, in bits 31:16.
     */
    public int directoryBase(int directory) {
        return first(directory(directory) - start) / 16 << 16;
    }

    private int first(long offset) {
        return (int) ((start + offset) / Pte.PAGE);
    }

    private void set(int index, int entry) {
        int at = index - first(0);
        if (entries[at] != entry) {
            entries[at] = entry;
            gtt.set(index, entry);
        }
    }
}
