package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory.Region;
import org.gpumediator.api.vmm.GuestMemory.WriteTracking;
import org.jspecify.annotations.Nullable;

/**
 * The mediator's copy of one page of graphics page table entries that a guest keeps in its memory:
 * what the guest had there when last looked at, and what the GPU uses instead.
 */
final class ShadowTable {

    static final int ENTRIES = 1024;

    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int[] known = new int[ENTRIES];
    private final MemorySegment knownBytes = MemorySegment.ofArray(known);
    private final MemorySegment shadow;
    private @Nullable Registration tracking;
    private volatile boolean stale = true;
    private final long busAddress;

    /** Creates a table in which every entry leads to the scratch page. */
    ShadowTable(MemorySegment shadow, long busAddress, int scratch) {
        this.shadow = shadow;
        this.busAddress = busAddress;
        clear(scratch);
    }

    long busAddress() {
        return busAddress;
    }

    /** Lets the VMM tell of writes to the guest's page, instead of looking at it each time. */
    void track(WriteTracking writes, long guestPage, LongAdder told) {
        stale = true;
        tracking =
                writes.track(
                        guestPage,
                        (address, length) -> {
                            told.increment();
                            stale = true;
                        });
    }

    /**
     * Returns whether the guest's page may hold something new; from now on it is taken to be known.
     */
    boolean takeStale() {
        if (tracking == null) {
            return true;
        }
        boolean was = stale;
        stale = false; // before the page is read: a write meanwhile makes it stale again
        return was;
    }

    void untrack() {
        Registration ended = tracking;
        tracking = null;
        if (ended != null) {
            ended.close();
        }
    }

    void clear(int scratch) {
        Arrays.fill(known, 0);
        for (int i = 0; i < ENTRIES; i++) {
            set(i, scratch);
        }
    }

    /**
     * Takes over what has changed in the guest's page.
     *
     * @return whether anything had
     */
    boolean synchronise(MemorySegment guestPage, GuestDma dma, int scratch) {
        long at = MemorySegment.mismatch(knownBytes, 0, Pte.PAGE, guestPage, 0, Pte.PAGE);
        if (at < 0) {
            return false;
        }
        for (int i = (int) at / Integer.BYTES; i < ENTRIES; i++) {
            int entry = guestPage.get(LE32, (long) i * Integer.BYTES);
            if (entry != known[i]) {
                known[i] = entry;
                set(i, translate(entry, dma, scratch));
            }
        }
        return true;
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

    private void set(int i, int entry) {
        shadow.set(LE32, (long) i * Integer.BYTES, entry);
    }
}
