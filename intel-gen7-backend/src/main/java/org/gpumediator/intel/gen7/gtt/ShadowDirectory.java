package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.GuestMemory.Region;
import org.gpumediator.intel.gen7.command.WorkBudget;
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

    /** To let a slot lead to another table, in units of {@link WorkBudget}. */
    private static final int BOUND = 32;

    private static final int SLOT_MOST = BOUND + ShadowTable.MADE + ShadowTable.MOST;
    private static final int SLOTS_PER_UNIT = 4;

    private final Ppgtt owner;
    private final int firstIndex;
    private final int[] guestEntries = new int[ReservedArea.DIRECTORY_ENTRIES];
    private final @Nullable ShadowTable[] tables = new ShadowTable[ReservedArea.DIRECTORY_ENTRIES];

    /** The look through all tables that is under way here, and how far it has come. */
    private long look;

    private int lookedAt;

    ShadowDirectory(Ppgtt owner, int firstIndex) {
        super(owner.area());
        this.owner = owner;
        this.firstIndex = firstIndex;
    }

    int firstIndex() {
        return firstIndex;
    }

    /**
     * Brings directory and tables up to date with what the guest has, each at most once in a look.
     *
     * @return whether that is done; if not, the budget is used up
     */
    boolean synchronise(long now, WorkBudget budget) {
        if (look != now) {
            look = now;
            lookedAt = 0;
        }
        for (; lookedAt < guestEntries.length; lookedAt++) {
            if (!budget.allows(SLOT_MOST)) {
                return false;
            }
            if (lookedAt % SLOTS_PER_UNIT == 0) {
                budget.spend(1);
            }
            synchronise(lookedAt, budget);
        }
        return true;
    }

    private void synchronise(int slot, WorkBudget budget) {
        int entry = owner.gtt().known(firstIndex + slot);
        if (entry != guestEntries[slot]) {
            budget.spend(BOUND);
            bind(slot, entry, budget);
        }
        ShadowTable table = tables[slot];
        if (table == null || !table.isStale(look)) {
            return;
        }
        MemorySegment page = owner.guestPage(table.guestPage());
        if (page == null) {
            unbind(slot);
            guestEntries[slot] = 0;
        } else {
            table.synchronise(
                    page, owner.entries(), owner.dma(), owner.scratchEntry(), look, budget);
        }
    }

    private void bind(int slot, int entry, WorkBudget budget) {
        guestEntries[slot] = entry;
        boolean usable =
                Pte.valid(entry)
                        && !Pte.largePage(entry)
                        && owner.guestPage(Pte.address(entry)) != null;
        if (Pte.valid(entry) && !usable) {
            owner.faults()
                    .count(
                            GuestFaultKind.BAD_GUEST_ADDRESS,
                            "page directory entry",
                            Pte.address(entry));
        }
        lead(slot, usable ? owner.table(Pte.address(entry), budget) : null);
    }

    private void unbind(int slot) {
        lead(slot, null);
    }

    private void lead(int slot, @Nullable ShadowTable table) {
        ShadowTable old = tables[slot];
        if (table != null) {
            table.addUser();
        }
        tables[slot] = table;
        publish(slot);
        if (old != null && old.removeUser()) {
            owner.giveBack(old);
        }
    }

    @Override
    int entry(int slot) {
        ShadowTable table = tables[slot];
        return Pte.of((table == null ? owner.emptyTable() : table).busAddress());
    }

    /** Lets go of the tables in memory that goes away; looks for those in memory that has come. */
    void regionChanged(Region region, boolean present) {
        look = 0; // what was found so far is out of date
        for (int slot = 0; slot < tables.length; slot++) {
            ShadowTable table = tables[slot];
            if (table == null) {
                guestEntries[slot] = present ? 0 : guestEntries[slot];
            } else if (!present
                    && table.guestPage() >= region.start()
                    && table.guestPage() < region.start() + region.length()) {
                unbind(slot);
                guestEntries[slot] = 0;
            }
        }
    }

    void release() {
        for (int slot = 0; slot < tables.length; slot++) {
            if (tables[slot] != null) {
                unbind(slot);
            }
            guestEntries[slot] = 0;
        }
    }
}
