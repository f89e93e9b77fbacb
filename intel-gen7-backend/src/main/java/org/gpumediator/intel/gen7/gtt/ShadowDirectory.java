package org.gpumediator.intel.gen7.gtt;

import java.util.ArrayList;
import java.util.List;
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

    private static final int SLOT_MOST = BOUND + ShadowTable.MADE;
    private static final int SLOTS_PER_UNIT = 4;

    private final Ppgtt owner;
    private final int firstIndex;
    private final int[] guestEntries = new int[ReservedArea.DIRECTORY_ENTRIES];
    private final @Nullable ShadowTable[] tables = new ShadowTable[ReservedArea.DIRECTORY_ENTRIES];

    /** What {@link GuestGtt#changes} was when {@link #guestEntries} was last right. */
    private long rightAt = NEVER;

    private static final long NEVER = -1;

    /** The tables that have to be compared in each look, each once. */
    private final List<ShadowTable> compared = new ArrayList<>();

    /** The look through all tables that is under way here, and how far it has come. */
    private long look;

    private int boundTo;
    private long bindsAt;
    private int comparedTo;

    /** The VMM tells of writes to one of those that have been compared. */
    private boolean anyTold;

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
            comparedTo = 0;
            bindsAt = owner.gtt().changes(firstIndex, guestEntries.length);
            boundTo = bindsAt == rightAt ? guestEntries.length : 0;
        }
        return bind(budget) && compare(budget);
    }

    /** Goes through the slots if the guest may have changed one since the last time. */
    private boolean bind(WorkBudget budget) {
        if (boundTo == guestEntries.length) {
            return true;
        }
        for (; boundTo < guestEntries.length; boundTo++) {
            if (!budget.allows(SLOT_MOST)) {
                return false;
            }
            if (boundTo % SLOTS_PER_UNIT == 0) {
                budget.spend(1);
            }
            int entry = owner.gtt().known(firstIndex + boundTo);
            if (entry != guestEntries[boundTo]) {
                budget.spend(BOUND);
                bind(boundTo, entry, budget);
            }
        }
        rightAt = bindsAt;
        list();
        return true;
    }

    private void list() {
        anyTold = false;
        compared.clear();
        long list = owner.newList();
        for (ShadowTable table : tables) {
            if (table != null && table.isToBeCompared() && !table.isListed(list)) {
                compared.add(table);
            }
        }
    }

    private boolean compare(WorkBudget budget) {
        for (; comparedTo < compared.size(); comparedTo++) {
            if (!budget.allows(ShadowTable.MOST)) {
                return false;
            }
            ShadowTable table = compared.get(comparedTo);
            if (!table.isCompared(look)) {
                owner.compare(table, budget);
            }
            anyTold |= !table.isToBeCompared();
        }
        if (anyTold) {
            list(); // without those that were new, and of whose writes the VMM tells
            comparedTo = compared.size();
        }
        return true;
    }

    private void bind(int slot, int entry, WorkBudget budget) {
        guestEntries[slot] = entry;
        long page = Pte.address(entry);
        boolean usable = Pte.valid(entry) && !Pte.largePage(entry);
        Region region = usable ? owner.region(page) : null;
        if (Pte.valid(entry) && region == null) {
            owner.faults().count(GuestFaultKind.BAD_GUEST_ADDRESS, "page directory entry", page);
        }
        lead(slot, region == null ? null : owner.table(page, region, budget));
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
        rightAt = NEVER;
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
        rightAt = NEVER;
        compared.clear();
    }
}
