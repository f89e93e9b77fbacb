package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.GuestMemory.Region;
import org.jspecify.annotations.Nullable;

/**
 * The first page of a guest's aperture as memory that a VMM maps, so that reading it does not trap.
 *
 * <p>Linux's driver keeps this page for what it captures after a hang: it points the page's entry
 * at one page after the other, flushes the table, and reads. What it reads is a copy, made at each
 * flush; what a guest writes is carried to the page that its entry points to, at the next flush and
 * before the GPU works for the guest. A driver that uses the page otherwise, and counts on seeing
 * at once what the GPU writes, needs the strict mode, which has no such copy.
 *
 * <p>Not thread safe: used under the lock of its virtual GPU.
 *
 * <p>Source: Linux i915, error_capture of the global table: the lowest mappable page that is free.
 */
final class CapturePage {

    private static final ValueLayout.OfInt DWORD = ValueLayout.JAVA_INT;

    private final MemorySegment window;
    private final GuestMemory memory;

    /** What the window held when both were last the same. */
    private final MemorySegment same = Arena.ofAuto().allocate(Pte.PAGE);

    /** Which page the window is a copy of; an entry that is not valid for none. */
    private int held;

    CapturePage(MemorySegment window, GuestMemory memory) {
        this.window = window;
        this.memory = memory;
    }

    /** Carries what the guest has written to the page. */
    void carryOver() {
        for (long at = window.mismatch(same); at >= 0; ) {
            long dword = at & -Integer.BYTES;
            same.set(DWORD, dword, window.get(DWORD, dword));
            Region region = region(held);
            if (region != null && region.writable()) {
                long to = Pte.address(held) - region.start() + dword;
                MemorySegment.copy(same, dword, region.segment(), to, Integer.BYTES);
            }
            long next = dword + Integer.BYTES;
            at = MemorySegment.mismatch(window, next, Pte.PAGE, same, next, Pte.PAGE);
            at = at < 0 ? at : next + at;
        }
    }

    /** Makes the window a copy of the page that an entry points to. */
    void copy(int entry) {
        Region region = region(entry);
        if (region == null) {
            held = 0;
            same.fill((byte) 0);
        } else {
            held = entry;
            long from = Pte.address(entry) - region.start();
            MemorySegment.copy(region.segment(), from, same, 0, Pte.PAGE);
        }
        window.copyFrom(same);
    }

    /**
     * Returns the memory that an entry's page is in, if it is memory that the GPU can be given.
     * What is reached only by asking its owner is not: others would wait for the answer.
     */
    private @Nullable Region region(int entry) {
        Region region = Pte.valid(entry) ? memory.regionAt(Pte.address(entry)) : null;
        boolean whole =
                region != null && Pte.address(entry) - region.start() <= region.length() - Pte.PAGE;
        return whole ? region : null;
    }
}
