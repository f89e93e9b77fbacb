package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.jspecify.annotations.Nullable;

/**
 * A virtual function's way to the memory of the guest that owns it, by guest-physical address: the
 * part of an IOMMU. Used under the board's lock, but for {@link #reach}.
 */
final class GuestDma {

    private static final int PAGE = 4096;

    private final Board board;
    private GuestMemory memory = GuestMemory.none();
    private @Nullable Registration listening;

    GuestDma(Board board) {
        this.board = board;
    }

    /**
     * Reaches another guest's memory from now on; it is asked for nothing before it is accessed.
     * Called without the board's lock.
     */
    void reach(GuestMemory next) {
        Registration old =
                board.locked(
                        () -> {
                            Registration before = listening;
                            memory = next;
                            listening = null;
                            return before == null ? () -> {} : before;
                        });
        old.close();
    }

    /** Copies out of memory; answers whether all of it is there. */
    boolean read(long address, byte[] target) {
        return copy(address, target, 0, target.length, /* write= */ false);
    }

    /** Copies into memory; answers whether all of it was there and writable. */
    boolean write(long address, byte[] source) {
        return copy(address, source, 0, source.length, /* write= */ true);
    }

    boolean copy(long address, byte[] bytes, int start, int count, boolean write) {
        if (listening == null) {
            // Whoever copies holds the board's lock: once it was free, nobody uses the region.
            listening = memory.listen(region -> board.locked(() -> {}));
        }
        MemorySegment all = MemorySegment.ofArray(bytes);
        for (int done = 0; done < count; ) {
            long at = address + done;
            int length = Math.min(count - done, PAGE - (int) (at & PAGE - 1));
            GuestMemory.Region region = memory.regionAt(at);
            if (region == null || write && !region.writable()) {
                return false;
            }
            long offset = at - region.start();
            if (offset < 0 || offset > region.length() - length) {
                return false;
            }
            MemorySegment there = region.segment().asSlice(offset, length);
            MemorySegment here = all.asSlice(start + done, length);
            if (write) {
                there.copyFrom(here);
            } else {
                here.copyFrom(there);
            }
            done += length;
        }
        return true;
    }
}
