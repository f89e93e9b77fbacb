package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
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

    static final int ENTRIES = 1024;

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

    private final int[] known = new int[ENTRIES];
    private final MemorySegment knownBytes = MemorySegment.ofArray(known);
    private final MemorySegment shadow;
    private final long busAddress;
    private @Nullable Registration tracking;
    private volatile boolean stale = true;
    private long guestPage;

    /** How many directory entries lead here. */
    private int users;

    /** The look through all tables in which this one was last compared. */
    private long comparedIn;

    /** Creates a table of unknown contents. */
    ShadowTable(MemorySegment shadow, long busAddress) {
        this.shadow = shadow;
        this.busAddress = busAddress;
    }

    long busAddress() {
        return busAddress;
    }

    long guestPage() {
        return guestPage;
    }

    /** Begins a new life as the copy of a guest page, in which every entry leads to scratch. */
    void begin(long page, int scratch) {
        guestPage = page;
        users = 0;
        comparedIn = 0;
        stale = true;
        Arrays.fill(known, scratch);
        store(known, 0, ENTRIES);
        Arrays.fill(known, 0);
    }

    void addUser() {
        users++;
    }

    /** Returns whether that was the last user. */
    boolean removeUser() {
        return --users == 0;
    }

    /** Lets the VMM tell of writes to the guest's page, instead of looking at it each time. */
    void track(WriteTracking writes, LongAdder told) {
        tracking =
                writes.track(
                        guestPage,
                        (address, length) -> {
                            told.increment();
                            stale = true;
                        });
    }

    void untrack() {
        Registration ended = tracking;
        tracking = null;
        if (ended != null) {
            ended.close();
        }
    }

    /** Returns whether the guest's page may hold something that is not known in this look. */
    boolean isStale(long look) {
        return comparedIn < look && (tracking == null || stale);
    }

    /**
     * Takes over what has changed in the guest's page. It is read and what it becomes is stored in
     * runs, not entry by entry: a guest's first tables come before any of this is compiled.
     *
     * @param entries room for {@link #ENTRIES}, to work in
     */
    void synchronise(
            MemorySegment page,
            int[] entries,
            GuestDma dma,
            int scratch,
            long look,
            WorkBudget budget) {
        comparedIn = look;
        stale = false; // before the page is read: a write meanwhile makes it stale again
        budget.spend(COMPARED);
        long at = MemorySegment.mismatch(knownBytes, 0, Pte.PAGE, page, 0, Pte.PAGE);
        if (at < 0) {
            return;
        }
        MemorySegment.copy(page, LE32, 0, entries, 0, ENTRIES);
        int run = 0;
        int changed = 0;
        for (int i = (int) at / Integer.BYTES; i < ENTRIES; i++) {
            int entry = entries[i];
            if (entry != known[i]) {
                known[i] = entry;
                entries[i] = translate(entry, dma, scratch);
                changed++;
                run++;
            } else if (run > 0) {
                store(entries, i - run, run);
                run = 0;
            }
        }
        store(entries, ENTRIES - run, run);
        budget.spend(changed * TRANSLATED);
    }

    /** Redirects the entries that lead into memory that has changed hands. */
    void regionChanged(Region region, boolean present, GuestDma dma, int scratch) {
        long start = region.start();
        long end = start + region.length();
        for (int i = 0; i < ENTRIES; i++) {
            long page = Pte.address(known[i]);
            if (Pte.valid(known[i]) && page >= start && page < end) {
                set(i, present ? translate(known[i], dma, scratch) : scratch);
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
