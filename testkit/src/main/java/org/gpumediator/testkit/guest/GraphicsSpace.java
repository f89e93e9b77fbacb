package org.gpumediator.testkit.guest;

import org.gpumediator.testkit.GuestMachine;

/**
 * The driver's view of graphics memory: its slice of the global table, and one per-process address
 * space whose directory lies in the slice.
 *
 * <p>Source of the entry formats: Haswell PRM volume 5, graphics translation tables. Table entry:
 * bit 0 valid, bits 31:12 address, bits 10:4 address bits 38:32, bits 3:1 and 11 cacheability.
 * Directory entry: bit 0 valid, bits 31:12 address, bits 11:4 address bits 39:32.
 */
final class GraphicsSpace {

    static final int PAGE = GuestPages.PAGE;

    private static final int VALID = 1;
    private static final int WRITE_BACK = 2 << 1;
    private static final int DIRECTORY_ENTRIES = 512;
    private static final long DIRECTORY_SPAN = (long) DIRECTORY_ENTRIES * PAGE;
    private static final long DIRECTORY_ALIGNMENT = 16L * PAGE;

    private final GuestBus bus;
    private final GuestMachine machine;
    private final GuestPages pages;
    private final long mappableBase;
    private final long mappableSize;
    private final long hiddenBase;
    private final long hiddenSize;
    private final AddressHoles mappable;
    private final AddressHoles hidden;
    private final long scratchPage;
    private final long scratchTable;
    private final long[] tables = new long[DIRECTORY_ENTRIES];
    private int directory = -1;

    GraphicsSpace(
            GuestBus bus,
            GuestMachine machine,
            GuestPages pages,
            long mappableBase,
            long mappableSize,
            long hiddenBase,
            long hiddenSize) {
        this.bus = bus;
        this.machine = machine;
        this.pages = pages;
        this.mappableBase = mappableBase;
        this.mappableSize = mappableSize;
        this.hiddenBase = hiddenBase;
        this.hiddenSize = hiddenSize;
        mappable = new AddressHoles("mappable", mappableBase, mappableSize);
        hidden = new AddressHoles("hidden", hiddenBase, hiddenSize);
        scratchPage = pages.take();
        scratchTable = pages.take();
    }

    long mappableBase() {
        return mappableBase;
    }

    long mappableSize() {
        return mappableSize;
    }

    long hiddenBase() {
        return hiddenBase;
    }

    long hiddenSize() {
        return hiddenSize;
    }

    /** Returns the table entry that maps a guest page. */
    static int entryFor(long guestPhysicalPage) {
        return (int) guestPhysicalPage
                | (int) (guestPhysicalPage >>> 28) & 0x7f0
                | WRITE_BACK
                | VALID;
    }

    private static int directoryEntryFor(long guestPhysicalPage) {
        return (int) guestPhysicalPage | (int) (guestPhysicalPage >>> 28) & 0xff0 | VALID;
    }

    /** Points every entry of the slice at the scratch page. */
    void scratchEverything() {
        scratch(mappableBase, mappableSize);
        scratch(hiddenBase, hiddenSize);
        flush();
    }

    private void scratch(long from, long length) {
        int entry = entryFor(scratchPage);
        for (long at = from; at < from + length; at += PAGE) {
            bus.writeEntry((int) (at / PAGE), entry);
        }
    }

    /** Tells the device that entries have changed. */
    void flush() {
        bus.write(Mmio.GFX_FLSH_CNTL, 1);
        bus.read(Mmio.GFX_FLSH_CNTL);
    }

    /** Makes the per-process address space: a directory at the top of the slice, all scratch. */
    void createProcessSpace() {
        for (int i = 0; i < PAGE; i += 4) {
            machine.write32(scratchTable + i, entryFor(scratchPage));
        }
        directory = (int) (hidden.takeHighest(DIRECTORY_SPAN, DIRECTORY_ALIGNMENT) / PAGE);
        for (int i = 0; i < DIRECTORY_ENTRIES; i++) {
            bus.writeEntry(directory + i, directoryEntryFor(scratchTable));
        }
        flush();
    }

    /** Returns what the directory-base registers of the engines are loaded with. */
    int directoryBase() {
        return directory / 16 << 16;
    }

    /** Returns the number of the global entry that holds the first directory entry. */
    int directoryIndex() {
        return directory;
    }

    /** Returns the guest-physical page of the table behind a directory entry. */
    long table(int directoryEntry) {
        return tables[directoryEntry] == 0 ? scratchTable : tables[directoryEntry];
    }

    /** Returns fresh pages, bound in both address spaces at one place. */
    GuestObject allocate(long bytes, Place place) {
        long length = (bytes + PAGE - 1) / PAGE * PAGE;
        long address =
                place == Place.MAPPABLE
                        ? mappable.takeLowest(length, PAGE)
                        : hidden.takeHighest(length, PAGE);
        long[] backing = new long[(int) (length / PAGE)];
        for (int i = 0; i < backing.length; i++) {
            backing[i] = pages.take();
            int entry = entryFor(backing[i]);
            bus.writeEntry((int) (address / PAGE) + i, entry);
            if (directory >= 0) {
                bindInProcessSpace(address + (long) i * PAGE, entry);
            }
        }
        flush();
        return new GuestObject(machine, address, backing);
    }

    private void bindInProcessSpace(long address, int entry) {
        int slot = (int) (address >>> 22);
        if (tables[slot] == 0) {
            long table = pages.take();
            for (int i = 0; i < PAGE; i += 4) {
                machine.write32(table + i, entryFor(scratchPage));
            }
            tables[slot] = table;
            bus.writeEntry(directory + slot, directoryEntryFor(table));
        }
        machine.write32(tables[slot] + 4 * (address >>> 12 & 0x3ff), entry);
    }

    /** Unbinds an object and gives its pages back. */
    void free(GuestObject object) {
        long address = object.graphicsAddress();
        for (int i = 0; i < object.length() / PAGE; i++) {
            bus.writeEntry((int) (address / PAGE) + i, entryFor(scratchPage));
            if (directory >= 0 && tables[(int) (address >>> 22)] != 0) {
                bindInProcessSpace(address + (long) i * PAGE, entryFor(scratchPage));
            }
            pages.giveBack(object.page(i));
        }
        flush();
        (address < mappableBase + mappableSize ? mappable : hidden)
                .giveBack(address, object.length());
    }

    /** Where an object is bound. */
    enum Place {
        MAPPABLE,
        HIDDEN
    }
}
