package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.GuestMemory.Region;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.intel.gen7.command.WorkBudget;
import org.jspecify.annotations.Nullable;

/**
 * One guest's view of the global GTT: what it has written, kept apart from what the GPU uses.
 *
 * <p>Two ways to hear of writes. <em>Strict</em>: the window traps, each write is audited at once.
 * <em>Relaxed</em>: the window is plain memory of the guest; {@link #look} audits what has changed
 * before the GPU next works for the guest. Both put the same entries into the physical table: an
 * entry outside the slice is never written, and one inside it points to a page of the guest's own
 * memory or to the guest's own scratch page.
 *
 * <p>Not thread safe: used under the lock of its virtual GPU.
 */
public final class GuestGtt {

    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int CHUNK = EntryPages.ENTRIES;

    /** Entries that are cleared in one go. */
    private static final int PIECE = 8 * CHUNK;

    /** To compare a chunk where nothing has changed, in units of {@link WorkBudget}. */
    private static final int COMPARED = CHUNK / 4;

    /** To take over an entry. */
    private static final int TAKEN = 16;

    /** To put an entry into the mirror. */
    private static final int MIRRORED = 2;

    private static final int CHUNK_MOST = COMPARED + CHUNK * TAKEN;

    private static final int TILE_WIDTH = 512;
    private static final int TILE_DWORDS = TILE_WIDTH / Integer.BYTES;

    /** That a row of 4096 pixels of 8 bytes lies in, at most. */
    private static final int MOST_TILES = 66;

    private final Slice slice;
    private final GlobalGtt physical;
    private final GuestMemory memory;
    private final GuestDma dma;
    private final FaultBook faults;
    private final int scratch;

    /** What the guest wrote, by slot, in chunks; an entry never written is 0, not valid. */
    private final EntryPages.Page[] written;

    private final EntryPages pages = new EntryPages();

    /** By chunk: how often an entry has become another. */
    private final long[] changes;

    private final @Nullable MemorySegment window;
    private @Nullable SliceMirror mirror;

    /** Up to which slot entries have been cleared, of those that are being cleared. */
    private int cleared;

    /** How many chunks the mirror holds already. */
    private int mirrored;

    /** How many chunks the look that is under way has come to. */
    private int lookedAt;

    private @Nullable CapturePage capture;

    /** Where in its region the page is that was looked up last. */
    private long pagePlace;

    private final @Nullable Region[] tileRegions = new Region[MOST_TILES];
    private final long[] tilePlaces = new long[MOST_TILES];
    private boolean released;
    private long writes;
    private long synchronised;

    /**
     * Creates the view; every entry of the slice points to the scratch page.
     *
     * @param scratchPage bus address of the guest's own scratch page
     * @param window the guest-visible table of the relaxed mode, {@link GlobalGtt#ENTRIES} entries;
     *     {@code null} for the strict mode
     */
    public GuestGtt(
            Slice slice,
            GlobalGtt physical,
            GuestMemory memory,
            GuestDma dma,
            FaultBook faults,
            long scratchPage,
            @Nullable MemorySegment window) {
        this.slice = slice;
        this.physical = physical;
        this.memory = memory;
        this.dma = dma;
        this.faults = faults;
        this.scratch = Pte.of(scratchPage);
        this.window = window;
        written = new EntryPages.Page[Math.ceilDiv(slice.pages(), CHUNK)];
        Arrays.fill(written, EntryPages.ZEROS);
        changes = new long[written.length];
        for (boolean done = false; !done; ) {
            done = clear();
        }
    }

    /** Returns the addresses it covers. */
    public Slice slice() {
        return slice;
    }

    /**
     * Returns what the guest last wrote to an entry; 0, an entry that is not valid, where it wrote
     * none or may not write.
     */
    public int read(int index) {
        if (released) {
            return 0;
        }
        if (window != null) {
            return window.get(LE32, (long) index * Integer.BYTES);
        }
        int slot = slice.slot(index);
        return slot < 0 ? 0 : stored(slot);
    }

    /**
     * Returns what the mediator knows the guest to have in an entry of its slice, 0 outside of it.
     */
    int known(int index) {
        int slot = slice.slot(index);
        return slot < 0 ? 0 : stored(slot);
    }

    /**
     * Returns a number that is another whenever one of the {@link #known} entries of a run has
     * become another, and perhaps when some beside them have; the run is in one part of the slice,
     * or outside of it.
     */
    long changes(int index, int count) {
        int slot = slice.slot(index);
        long all = 0;
        for (int chunk = slot / CHUNK; slot >= 0 && chunk <= (slot + count - 1) / CHUNK; chunk++) {
            all += changes[chunk];
        }
        return all;
    }

    /**
     * Reads dwords of the guest's graphics memory, as its own entries point to it; zeros where they
     * point nowhere.
     *
     * @param address graphics address, a multiple of 4
     * @return whether all of it is the guest's
     */
    public boolean readRow(long address, int dwords, int[] target, int at) {
        boolean own = true;
        Region region = null;
        for (int done = 0; done < dwords; ) {
            long next = address + (long) done * Integer.BYTES;
            int inPage = (int) (next % Pte.PAGE);
            int piece = Math.min(dwords - done, (Pte.PAGE - inPage) / Integer.BYTES);
            region = region(next / Pte.PAGE, region);
            copy(region, pagePlace + inPage, piece, target, at + done);
            own &= region != null;
            done += piece;
        }
        return own;
    }

    /**
     * Reads rows that lie side by side in X-tiles of the guest's graphics memory; zeros where its
     * own entries point nowhere.
     *
     * @param address graphics address of the first row's first byte, a multiple of 4
     * @param rows how many, all in the same tiles
     * @param pitch dwords from one row to the next in the target
     * @return whether all of it is the guest's
     */
    public boolean readTiles(long address, int rows, int dwords, int[] target, int at, int pitch) {
        int first = (int) (address % TILE_WIDTH) / Integer.BYTES;
        int tiles = (first + dwords + TILE_DWORDS - 1) / TILE_DWORDS;
        boolean own = true;
        Region region = null;
        for (int i = 0; i < tiles; i++) { // all at once: a page is looked up once for its rows
            region = region(address / Pte.PAGE + i, region);
            tileRegions[i] = region;
            tilePlaces[i] = pagePlace + address % Pte.PAGE - (i == 0 ? 0 : first * Integer.BYTES);
            own &= region != null;
        }
        for (int row = 0; row < rows; row++) { // in the target's order, for its caches' sake
            int to = at + row * pitch;
            int end = to + dwords;
            for (int i = 0; to < end; i++) {
                int piece = Math.min(end - to, TILE_DWORDS - (i == 0 ? first : 0));
                copy(tileRegions[i], tilePlaces[i] + (long) row * TILE_WIDTH, piece, target, to);
                to += piece;
            }
        }
        Arrays.fill(tileRegions, 0, tiles, null);
        return own;
    }

    /**
     * Finds the memory of a page of graphics memory, and leaves its place in there in {@link
     * #pagePlace}.
     *
     * @param likely where it may be
     * @return {@code null} where the guest has none
     */
    private @Nullable Region region(long page, @Nullable Region likely) {
        int index = (int) page;
        int entry = released || slice.slot(index) < 0 ? 0 : read(index);
        if (!Pte.valid(entry)) {
            return null;
        }
        long at = Pte.address(entry);
        Region region = likely;
        if (region == null || at < region.start() || at >= region.start() + region.length()) {
            region = memory.regionAt(at);
        }
        if (region != null) {
            pagePlace = at - region.start();
        }
        return region;
    }

    private static void copy(@Nullable Region region, long from, int dwords, int[] target, int at) {
        if (region == null) {
            Arrays.fill(target, at, at + dwords, 0);
        } else {
            MemorySegment.copy(region.segment(), LE32, from, target, at, dwords);
        }
    }

    /**
     * Keeps a mirror of what the GPU uses from now on, or none any more.
     *
     * @param kept in which every entry leads to the scratch page; what is not scratch is put there
     *     by {@link #fillMirror}
     */
    void mirror(@Nullable SliceMirror kept) {
        mirror = kept;
        mirrored = 0;
    }

    /** Goes on with filling the mirror; returns whether it is complete. */
    boolean fillMirror(WorkBudget budget) {
        SliceMirror kept = mirror;
        for (; kept != null && mirrored < written.length; mirrored++) {
            int[] entries = written[mirrored].entries();
            if (written[mirrored] == EntryPages.ZEROS) {
                continue;
            }
            if (!budget.allows(CHUNK_MOST)) {
                return false;
            }
            budget.spend(COMPARED);
            int first = mirrored * CHUNK;
            for (int slot = first; slot < Math.min(first + CHUNK, slice.pages()); slot++) {
                int entry = entries[slot - first];
                if (Pte.valid(entry)) {
                    budget.spend(MIRRORED);
                    kept.set(slice.index(slot), translated(entry));
                }
            }
        }
        return true;
    }

    private void publish(int index, int entry) {
        physical.set(index, entry);
        if (mirror != null) {
            mirror.set(index, entry);
        }
    }

    /**
     * Keeps the first page of the aperture as memory that is mapped into the guest.
     *
     * @param mapped one page
     */
    public void mapFirstPage(MemorySegment mapped) {
        capture = new CapturePage(mapped, memory);
    }

    /** Brings the mapped first page up to date, once a flush of the table has been looked at. */
    public void copyFirstPage() {
        if (capture != null && !released) {
            capture.copy(known((int) (slice.apertureStart() / Pte.PAGE)));
        }
    }

    /** Takes a guest's write of an entry. */
    public void write(int index, int entry) {
        if (released) {
            return; // the entries may be another guest's by now
        }
        writes++;
        int slot = slice.slot(index);
        if (slot < 0) {
            faults.count(GuestFaultKind.OUT_OF_PARTITION, "GGTT entry", (long) index * Pte.PAGE);
            return;
        }
        if (window != null) {
            window.set(LE32, (long) index * Integer.BYTES, entry);
        }
        store(slot, index, entry);
        if (slot % CHUNK == CHUNK - 1) { // a driver clears its share from front to back
            pack(slot / CHUNK);
        }
    }

    private int stored(int slot) {
        return written[slot / CHUNK].entries()[slot % CHUNK];
    }

    private void store(int slot, int index, int entry) {
        int chunk = slot / CHUNK;
        int at = slot % CHUNK;
        if (written[chunk].entries()[at] != entry) {
            EntryPages.Page own = pages.own(written[chunk]);
            own.entries()[at] = entry;
            written[chunk] = own;
            changes[chunk]++;
        }
        publish(index, physicalEntry(entry));
    }

    /** Keeps a chunk in less if its entries have become all the same. */
    private void pack(int chunk) {
        written[chunk] = pages.shared(written[chunk]);
    }

    private int physicalEntry(int entry) {
        int translated = translated(entry);
        if (translated == scratch && Pte.valid(entry)) {
            faults.count(GuestFaultKind.BAD_GUEST_ADDRESS, "GGTT entry", Pte.address(entry));
        }
        return translated;
    }

    private int translated(int entry) {
        long bus = Pte.valid(entry) ? dma.busAddress(Pte.address(entry)) : GuestDma.NONE;
        return bus == GuestDma.NONE ? scratch : Pte.translated(entry, bus);
    }

    /** Begins to look for entries that the guest has changed. No effect in the strict mode. */
    public void beginLook() {
        lookedAt = 0;
        if (capture != null && !released) {
            capture.carryOver();
        }
    }

    /**
     * Relaxed mode: goes on auditing and taking over entries of the slice that the guest has
     * changed. A compare at memory speed where nothing has changed.
     *
     * @return whether everything is up to date; if not, the budget is used up
     */
    public boolean look(WorkBudget budget) {
        if (window == null || released) {
            return true;
        }
        for (; lookedAt < written.length; lookedAt++) {
            if (!budget.allows(CHUNK_MOST)) {
                return false;
            }
            budget.spend(COMPARED);
            int first = lookedAt * CHUNK;
            long before = synchronised;
            synchronise(first, Math.min(first + CHUNK, slice.pages()));
            budget.spend((int) (synchronised - before) * TAKEN);
        }
        return true;
    }

    private void synchronise(int firstSlot, int endSlot) {
        for (int slot = firstSlot; slot < endSlot; ) {
            int index = slice.index(slot);
            int run = endSlot - slot;
            if (slice.index(endSlot - 1) - index != run - 1) {
                run = 1; // the chunk that straddles the two ranges
            }
            takeOver(slot, index, run);
            slot += run;
        }
    }

    private MemorySegment window() {
        MemorySegment table = window;
        if (table == null) {
            throw new IllegalStateException("the table is trapped");
        }
        return table;
    }

    private void takeOver(int slot, int index, int run) {
        MemorySegment now = window();
        MemorySegment before = written[slot / CHUNK].bytes();
        long from = (long) (slot % CHUNK) * Integer.BYTES;
        long first = (long) index * Integer.BYTES;
        long bytes = (long) run * Integer.BYTES;
        long at = MemorySegment.mismatch(before, from, from + bytes, now, first, first + bytes);
        if (at < 0) {
            return;
        }
        for (int i = (int) (at / Integer.BYTES); i < run; i++) {
            int entry = now.get(LE32, first + (long) i * Integer.BYTES);
            if (entry != stored(slot + i)) {
                synchronised++;
                store(slot + i, index + i, entry);
            }
        }
        pack(slot / CHUNK);
    }

    /**
     * Copies what the guest has at a graphics address, as the GPU would read it: from memory that
     * the GPU can be given. Never by {@link GuestMemory#read}, which may wait for another process.
     *
     * @param target where to
     * @param at of its bytes from here on
     * @param length so many are filled, or the answer is {@code false}
     * @return whether every byte is inside the slice and in such memory of the guest
     */
    public boolean copyOut(long graphicsAddress, MemorySegment target, long at, long length) {
        if (released || !slice.contains(graphicsAddress, length)) {
            return false;
        }
        for (long done = 0; done < length; ) {
            long address = graphicsAddress + done;
            int entry = stored(slice.slot((int) (address / Pte.PAGE)));
            long inPage = address % Pte.PAGE;
            long piece = Math.min(Pte.PAGE - inPage, length - done);
            Region region = Pte.valid(entry) ? memory.regionAt(Pte.address(entry)) : null;
            if (region == null) {
                return false;
            }
            long from = Pte.address(entry) - region.start() + inPage;
            MemorySegment.copy(region.segment(), from, target, at + done, piece);
            done += piece;
        }
        return true;
    }

    /**
     * Points a piece of the entries that lead into a region elsewhere: to the scratch page if it
     * goes away, to it if it has come again.
     *
     * @param from first slot of the piece
     * @return first slot of the next piece, {@code -1} if there is none
     */
    public int redirect(Region region, boolean present, int from) {
        long start = region.start();
        long end = start + region.length();
        int next = Math.min(from + PIECE, slice.pages());
        for (int slot = from; slot < next && !released; slot++) {
            int entry = stored(slot);
            long page = Pte.address(entry);
            if (Pte.valid(entry) && page >= start && page < end) {
                publish(slice.index(slot), present ? physicalEntry(entry) : scratch);
            }
        }
        if (next < slice.pages()) {
            return next;
        }
        physical.flush();
        return -1;
    }

    /** Returns how many entries the guest has written, in the strict mode. */
    public long writes() {
        return writes;
    }

    /** Returns how many entries were taken over by {@link #look}. */
    public long synchronised() {
        return synchronised;
    }

    /**
     * Forgets a piece of what the guest has written, from the start on: every entry points to the
     * scratch page.
     *
     * @return whether that was the last piece
     */
    public boolean clear() {
        int end = Math.min(cleared + PIECE, slice.pages());
        for (int slot = cleared; slot < end; slot++) {
            publish(slice.index(slot), scratch);
        }
        if (cleared == 0 && window != null) {
            window.fill((byte) 0);
        }
        if (cleared == 0 && capture != null) {
            capture.copy(0);
        }
        for (int chunk = cleared / CHUNK; chunk < Math.ceilDiv(end, CHUNK); chunk++) {
            pages.giveBack(written[chunk]);
            written[chunk] = EntryPages.ZEROS;
            changes[chunk]++;
        }
        cleared = end < slice.pages() ? end : 0;
        if (cleared == 0) {
            physical.flush();
        }
        return cleared == 0;
    }

    /**
     * Gives the slice back: every entry becomes {@code entry}. What a guest still writes has no
     * effect.
     */
    public void release(int entry) {
        released = true;
        for (int slot = 0; slot < slice.pages(); slot++) {
            physical.set(slice.index(slot), entry);
        }
        physical.flush();
    }
}
