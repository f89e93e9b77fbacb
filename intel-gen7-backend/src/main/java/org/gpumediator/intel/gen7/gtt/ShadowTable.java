package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory.Region;
import org.gpumediator.api.vmm.GuestMemory.WriteTracking;
import org.gpumediator.intel.gen7.command.WorkBudget;
import org.jspecify.annotations.Nullable;

/**
 * The mediator's copy of one page of graphics page table entries that a guest keeps in its memory:
 * what the guest had there when last looked at, and what the GPU uses instead. One for each page of
 * the guest, however many directory entries lead there.
 *
 * <p>Not thread safe: used under the lock of its virtual GPU.
 */
public final class ShadowTable {

    static final int ENTRIES = EntryPages.ENTRIES;

    /** To make one, in units of {@link WorkBudget}. */
    static final int MADE = 512;

    /** To compare the page where nothing has changed. */
    private static final int COMPARED = ENTRIES / 4;

    /** To translate an entry. */
    static final int TRANSLATED = 16;

    /** What bringing a table up to date costs at most. */
    static final int MOST = COMPARED + ENTRIES * TRANSLATED;

    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final EntryPages pages;
    private EntryPages.Page known = EntryPages.ZEROS;
    private final MemorySegment shadow;
    private final long busAddress;
    private @Nullable Registration tracking;
    private MemorySegment memory = MemorySegment.NULL;
    private long guestPage;

    /** Where the guest's page begins in {@link #memory}. */
    private long start;

    /** The guest has written since it was last compared, as far as the VMM tells. */
    private final AtomicBoolean written = new AtomicBoolean();

    /** The next one of those that the guest has written, while it is among them. */
    private @Nullable ShadowTable nextWritten;

    /** Nothing has been compared yet. */
    private boolean fresh;

    /** The last list of tables to be compared that this one was put into. */
    private long listed;

    /** How many directory entries lead here. */
    private int users;

    /** The look through all tables in which this one was last compared. */
    private long comparedIn;

    /**
     * Creates a table of unknown contents.
     *
     * @param pages where what is known of the guest's page is kept
     */
    ShadowTable(EntryPages pages, MemorySegment shadow, long busAddress) {
        this.pages = pages;
        this.shadow = shadow;
        this.busAddress = busAddress;
    }

    long busAddress() {
        return busAddress;
    }

    long guestPage() {
        return guestPage;
    }

    /**
     * Begins a new life, in which every entry leads to scratch, as the copy of a guest page.
     *
     * @param region memory that holds the page for as long as this life lasts; null if the page is
     *     nobody's
     * @param entries room for {@link #ENTRIES}, to work in
     */
    void begin(long page, @Nullable Region region, int scratch, int[] entries) {
        guestPage = page;
        memory = region == null ? MemorySegment.NULL : region.segment();
        start = region == null ? 0 : page - region.start();
        users = 0;
        comparedIn = 0;
        fresh = true;
        Arrays.fill(entries, scratch);
        store(entries, 0, ENTRIES);
    }

    /** Ends its life: keeps nothing of the guest's page. */
    void end() {
        untrack();
        memory = MemorySegment.NULL;
        pages.giveBack(known);
        known = EntryPages.ZEROS;
    }

    void addUser() {
        users++;
    }

    /** Returns whether that was the last user. */
    boolean removeUser() {
        return --users == 0;
    }

    /** Returns whether some directory entry leads here. */
    boolean isUsed() {
        return users > 0;
    }

    /** Lets the VMM tell of writes to the guest's page, instead of looking at it each time. */
    void track(WriteTracking writes, WrittenTables told) {
        tracking = writes.track(guestPage, (address, length) -> told.add(this));
    }

    /** Takes note of a write; returns whether it is the first since {@link #takeWritten}. */
    boolean setWritten() {
        return !written.getAndSet(true);
    }

    /** To be called before the page is compared: a write meanwhile counts as a new one. */
    void takeWritten() {
        boolean ignored = written.getAndSet(false);
    }

    void nextWritten(@Nullable ShadowTable next) {
        nextWritten = next;
    }

    @Nullable ShadowTable nextWritten() {
        return nextWritten;
    }

    private void untrack() {
        Registration ended = tracking;
        tracking = null;
        if (ended != null) {
            ended.close();
        }
    }

    /** Returns whether nobody says when the guest's page has changed: it has to be compared. */
    boolean isToBeCompared() {
        return fresh || tracking == null;
    }

    /** Puts it into a list; returns whether it was in that list already. */
    boolean isListed(long list) {
        boolean already = listed == list;
        listed = list;
        return already;
    }

    /** Returns whether it has been compared in a look. */
    boolean isCompared(long look) {
        return comparedIn == look;
    }

    /**
     * Takes over what has changed in the guest's page. It is read and what it becomes is stored in
     * runs, not entry by entry: a guest's first tables come before any of this is compiled.
     *
     * @param entries room for {@link #ENTRIES}, to work in
     */
    void synchronise(int[] entries, GuestDma dma, int scratch, long look, WorkBudget budget) {
        comparedIn = look;
        fresh = false;
        budget.spend(COMPARED);
        long end = start + Pte.PAGE;
        long at = MemorySegment.mismatch(known.bytes(), 0, Pte.PAGE, memory, start, end);
        if (at < 0) {
            return;
        }
        int first = (int) at / Integer.BYTES;
        long from = start + (long) first * Integer.BYTES;
        MemorySegment.copy(memory, LE32, from, entries, first, ENTRIES - first);
        known = pages.own(known);
        int[] before = known.entries();
        int run = 0;
        int changed = 0;
        for (int i = first; i < ENTRIES; i++) {
            int entry = entries[i];
            if (entry != before[i]) {
                before[i] = entry;
                entries[i] = translate(entry, dma, scratch);
                changed++;
                run++;
            } else if (run > 0) {
                store(entries, i - run, run);
                run = 0;
            }
        }
        store(entries, ENTRIES - run, run);
        known = pages.shared(known);
        budget.spend(changed * TRANSLATED);
    }

    /** Redirects the entries that lead into memory that has changed hands. */
    void regionChanged(Region region, boolean present, GuestDma dma, int scratch) {
        long first = region.start();
        long end = first + region.length();
        for (int i = 0; i < ENTRIES; i++) {
            int entry = known.entries()[i];
            long page = Pte.address(entry);
            if (Pte.valid(entry) && page >= first && page < end) {
                set(i, present ? translate(entry, dma, scratch) : scratch);
            }
        }
    }

    private static int translate(int entry, GuestDma dma, int scratch) {
        if (!Pte.valid(entry)) {
            return scratch;
        }
        long bus = dma.busAddress(Pte.address(entry));
        return bus == GuestDma.NONE ? scratch : Pte.translated(entry, bus);
    }

    /** Stores some entries, each in one piece: the GPU may be reading them. */
    private void store(int[] entries, int from, int count) {
        MemorySegment.copy(entries, from, shadow, LE32, (long) from * Integer.BYTES, count);
    }

    private void set(int i, int entry) {
        shadow.set(LE32, (long) i * Integer.BYTES, entry);
    }
}
