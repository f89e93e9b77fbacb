package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.GuestMemory.Region;
import org.jspecify.annotations.Nullable;

/**
 * The shadow of one guest page directory. The guest keeps its directory in 512 entries of its slice
 * of the global GTT and its tables in its memory; the GPU uses the mediator's directory in the
 * {@link ReservedArea} and the mediator's tables, so nothing a guest can write is ever used to
 * translate.
 *
 * <p>Not thread safe: used under the lock of its virtual GPU.
 */
final class ShadowDirectory extends ResidentDirectory {

    private final Ppgtt owner;
    private final int firstIndex;
    private final int[] guestEntries = new int[ReservedArea.DIRECTORY_ENTRIES];
    private final @Nullable ShadowTable[] tables = new ShadowTable[ReservedArea.DIRECTORY_ENTRIES];

    ShadowDirectory(Ppgtt owner, int firstIndex) {
        super(owner.area());
        this.owner = owner;
        this.firstIndex = firstIndex;
    }

    int firstIndex() {
        return firstIndex;
    }

    /** Brings directory and tables up to date with what the guest has. */
    void synchronise() {
        for (int slot = 0; slot < guestEntries.length; slot++) {
            int entry = owner.gtt().known(firstIndex + slot);
            ShadowTable table = tables[slot];
            if (entry != guestEntries[slot]) {
                table = bind(slot, entry, table);
            }
            if (table != null && table.takeStale()) {
                MemorySegment page = owner.guestPage(Pte.address(entry));
                if (page == null) {
                    unbind(slot, table);
                    guestEntries[slot] = 0;
                } else {
                    table.synchronise(page, owner.dma(), owner.scratchEntry());
                }
            }
        }
    }

    private @Nullable ShadowTable bind(int slot, int entry, @Nullable ShadowTable old) {
        guestEntries[slot] = entry;
        if (!Pte.valid(entry)
                || Pte.largePage(entry)
                || owner.guestPage(Pte.address(entry)) == null) {
            if (Pte.valid(entry)) {
                owner.faults()
                        .count(
                                GuestFaultKind.BAD_GUEST_ADDRESS,
                                "page directory entry",
                                Pte.address(entry));
            }
            if (old != null) {
                unbind(slot, old);
            }
            return null;
        }
        if (old != null) {
            old.untrack();
            owner.track(old, Pte.address(entry));
            return old; // the comparison with the new page does the rest
        }
        ShadowTable table = owner.takeTable();
        owner.track(table, Pte.address(entry));
        tables[slot] = table;
        publish(slot);
        return table;
    }

    private void unbind(int slot, ShadowTable table) {
        tables[slot] = null;
        publish(slot);
        table.untrack();
        owner.giveTable(table);
    }

    @Override
    int entry(int slot) {
        ShadowTable table = tables[slot];
        return Pte.of((table == null ? owner.emptyTable() : table).busAddress());
    }

    void regionChanged(Region region, boolean present) {
        for (int slot = 0; slot < tables.length; slot++) {
            ShadowTable table = tables[slot];
            if (table == null) {
                if (present) {
                    guestEntries[slot] = 0; // its table may have come: look again
                }
                continue;
            }
            long page = Pte.address(guestEntries[slot]);
            if (!present && page >= region.start() && page < region.start() + region.length()) {
                unbind(slot, table);
                guestEntries[slot] = 0;
            } else {
                table.regionChanged(region, present, owner.dma(), owner.scratchEntry());
            }
        }
    }

    void release() {
        for (int slot = 0; slot < tables.length; slot++) {
            ShadowTable table = tables[slot];
            if (table != null) {
                unbind(slot, table);
            }
            guestEntries[slot] = 0;
        }
    }
}
