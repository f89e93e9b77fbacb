package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.GuestMemory.Region;
import org.gpumediator.api.vmm.GuestMemory.WriteTracking;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.intel.gen7.command.WorkBudget;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.jspecify.annotations.Nullable;

/**
 * The per-process address spaces of one guest, shadowed.
 *
 * <p>All that the GPU can be using is looked through before it works for the guest again: what
 * directories that engines are in lead to, each page of tables once; of pages whose writes the VMM
 * tells of, those that were written. Other directories are looked through when a command loads
 * them. A look may take several budgets.
 *
 * <p>Threats: a guest changes a table while it is looked at (each entry is read once), points a
 * directory at pages that are not its own (they are not found in its memory), uses a table page as
 * ring or at two levels (harmless: the GPU never translates through guest memory), asks for many
 * directories (a few are kept, the oldest is forgotten), takes the memory away (the entries lead to
 * scratch before it goes).
 *
 * <p>Source: gen7 page directories: 512 entries in consecutive GGTT slots, PP_DIR_BASE bits 31:16
 * in cache lines of the table.
 *
 * <p>Not thread safe: used under the lock of the physical GPU and that of its virtual GPU.
 */
public final class Ppgtt {

    /** What {@link #activate} answers where there is no place; no value of PP_DIR_BASE. */
    public static final int NO_PLACE = 1;

    /** What {@link #activate} answers where the budget is used up; no value of PP_DIR_BASE. */
    public static final int NOT_YET = 2;

    /** To find a directory, in units of {@link WorkBudget}. */
    private static final int FOUND = 64;

    /** To give a directory a place. */
    private static final int MOVED_IN = 16 * ReservedArea.DIRECTORY_ENTRIES;

    private static final long NO_PAGE = -1;
    private static final int MAX_DIRECTORIES = 16;
    private static final int SLAB_PAGES = 32;

    private final PhysicalGpu gpu;
    private final GuestGtt gtt;
    private final GuestMemory memory;
    private final GuestDma dma;
    private final FaultBook faults;
    private final ReservedArea area;
    private final DirectoryPlaces places;
    private final int scratchEntry;
    private final @Nullable WriteTracking tracking;
    private final WrittenTables written = new WrittenTables();
    private final List<ShadowDirectory> directories = new ArrayList<>();
    private final List<DmaPages> slabs = new ArrayList<>();
    private final Map<Long, ShadowTable> tables = new HashMap<>();
    private final ArrayDeque<ShadowTable> freeTables = new ArrayDeque<>();
    private final int[] entries = new int[ShadowTable.ENTRIES];
    private final EntryPages pages = new EntryPages();

    /** Tables that were written before the look began and have not been compared since. */
    private final List<ShadowTable> toldOf = new ArrayList<>();

    /** By engine: the address space of what it was given last. */
    private final @Nullable ResidentDirectory[] current = new ResidentDirectory[Engine.COUNT];

    private long lists;

    /** The look through everything that is under way, or was last. */
    private long look;

    private int lookedAt;
    private @Nullable ShadowTable emptyTable;
    private @Nullable SliceMirror mirror;

    /**
     * Creates one without directories.
     *
     * @param tracking tells of writes to tables; {@code null} to compare them at each submission
     *     instead
     */
    public Ppgtt(
            PhysicalGpu gpu,
            GuestGtt gtt,
            GuestMemory memory,
            GuestDma dma,
            FaultBook faults,
            ReservedArea area,
            DirectoryPlaces places,
            long scratchPage,
            @Nullable WriteTracking tracking) {
        this.gpu = gpu;
        this.gtt = gtt;
        this.memory = memory;
        this.dma = dma;
        this.faults = faults;
        this.area = area;
        this.places = places;
        scratchEntry = Pte.of(scratchPage);
        this.tracking = tracking;
    }

    /**
     * Makes the address space of a PP_DIR_BASE value usable on an engine that stands still. It is
     * brought up to date by the next look, before anything runs in it.
     *
     * @param guestBase what the guest has in PP_DIR_BASE
     * @return what to put into the physical register instead; that of an address space without any
     *     page if the guest's directory is not inside its slice; {@link #NO_PLACE} if too many
     *     others are in use, which never happens to an engine for which nothing is held
     */
    public int load(Engine engine, int guestBase) {
        return hold(directory(guestBase), engine);
    }

    /**
     * Brings the address space of a PP_DIR_BASE value up to date and makes it usable on an engine
     * that is at work.
     *
     * @param guestBase what the guest wants to put into PP_DIR_BASE
     * @return as of {@link #load}, or {@link #NOT_YET}
     */
    public int activate(Engine engine, int guestBase, WorkBudget budget) {
        budget.spend(FOUND);
        ShadowDirectory directory = directory(guestBase);
        places.use(directory);
        if (!directory.synchronise(look, budget)) {
            return NOT_YET;
        }
        if (directory.resident() == ResidentDirectory.NOWHERE) {
            if (!budget.allows(MOVED_IN)) {
                return NOT_YET;
            }
            budget.spend(MOVED_IN);
        }
        return hold(directory, engine);
    }

    private int hold(ResidentDirectory directory, Engine engine) {
        if (!places.hold(directory, engine)) {
            return NO_PLACE;
        }
        current[engine.ordinal()] = directory;
        return area.directoryBase(directory.resident());
    }

    /** Returns whether more is held for an engine than the address space that it was given last. */
    public boolean holdsPast(Engine engine) {
        return places.count(engine) > 1;
    }

    /** Gives up what is held for an engine that has run dry, but for what it was given last. */
    public void releasePast(Engine engine) {
        ResidentDirectory last = current[engine.ordinal()];
        if (last != null && places.isHeld(last)) {
            places.release(engine);
            int ignored = hold(last, engine);
        }
    }

    /**
     * Makes the mirror of the guest's slice usable on an engine: what the engine translates through
     * while the guest has its per-process table off.
     *
     * @return what to put into the physical PP_DIR_BASE, or {@link #NO_PLACE} as of {@link #load},
     *     or {@link #NOT_YET}
     */
    public int activateSlice(Engine engine, WorkBudget budget) {
        SliceMirror directory = mirror;
        if (directory == null) {
            int cost = SliceMirror.cost(gtt.slice());
            if (!budget.allows(cost)) {
                return NOT_YET;
            }
            budget.spend(cost);
            directory =
                    new SliceMirror(
                            gpu, area, gtt.slice(), emptyTable().busAddress(), scratchEntry);
            mirror = directory;
            gtt.mirror(directory);
        }
        return gtt.fillMirror(budget) ? hold(directory, engine) : NOT_YET;
    }

    /**
     * Gives up what is held for an engine that has run dry, but for the address space it is in.
     *
     * @param physicalBase its PP_DIR_BASE
     */
    public void release(Engine engine, int physicalBase) {
        places.release(engine);
        ResidentDirectory current = resident(physicalBase);
        if (current != null) {
            places.hold(current, engine);
        }
    }

    /**
     * Returns the guest's PP_DIR_BASE for a physical one, or 0 if that is not the place of one of
     * its directories.
     */
    public int guestBase(int physicalBase) {
        return resident(physicalBase) instanceof ShadowDirectory directory
                        && directory.firstIndex() < GlobalGtt.ENTRIES
                ? directory.firstIndex() / 16 << 16
                : 0;
    }

    private @Nullable ResidentDirectory resident(int physicalBase) {
        for (int i = 0; i < directories.size(); i++) {
            if (isAt(directories.get(i), physicalBase)) {
                return directories.get(i);
            }
        }
        SliceMirror sliced = mirror;
        return sliced != null && isAt(sliced, physicalBase) ? sliced : null;
    }

    private boolean isAt(ResidentDirectory directory, int physicalBase) {
        return directory.resident() != ResidentDirectory.NOWHERE
                && area.directoryBase(directory.resident()) == physicalBase;
    }

    /** Begins to look through every address space that the GPU can be using. */
    public void beginLook() {
        look++;
        lookedAt = 0;
        for (ShadowTable table = written.takeAll(); table != null; table = table.nextWritten()) {
            toldOf.add(table);
        }
    }

    /**
     * Goes on with the look.
     *
     * @return whether everything is up to date; if not, the budget is used up
     */
    public boolean look(WorkBudget budget) {
        while (!toldOf.isEmpty()) {
            if (!budget.allows(ShadowTable.MOST)) {
                return false;
            }
            ShadowTable table = toldOf.removeLast();
            table.takeWritten();
            if (table.isUsed()) {
                compare(table, budget);
            }
        }
        for (; lookedAt < directories.size(); lookedAt++) {
            ShadowDirectory directory = directories.get(lookedAt);
            if (places.isHeld(directory) && !directory.synchronise(look, budget)) {
                return false;
            }
        }
        return true;
    }

    /** Brings a table up to date with the guest's page. */
    void compare(ShadowTable table, WorkBudget budget) {
        table.synchronise(entries, dma, scratchEntry, look, budget);
    }

    private ShadowDirectory directory(int guestBase) {
        int firstIndex = (guestBase >>> 16) * 16;
        if (!gtt.slice()
                .contains(
                        (long) firstIndex * Pte.PAGE,
                        (long) ReservedArea.DIRECTORY_ENTRIES * Pte.PAGE)) {
            if (guestBase != 0) { // 0 is what the register holds before a driver has set it
                faults.count(GuestFaultKind.OUT_OF_PARTITION, "PP_DIR_BASE", guestBase);
            }
            firstIndex = GlobalGtt.ENTRIES; // reads as a directory without entries
        }
        for (int i = 0; i < directories.size(); i++) {
            if (directories.get(i).firstIndex() == firstIndex) {
                return directories.get(i);
            }
        }
        if (directories.size() == MAX_DIRECTORIES) {
            forgetOldest();
        }
        ShadowDirectory directory = new ShadowDirectory(this, firstIndex);
        directories.add(directory); // at the end: a look under way comes to it
        return directory;
    }

    private void forgetOldest() {
        ShadowDirectory oldest = null; // there are fewer places than directories: not all are held
        for (ShadowDirectory directory : directories) {
            if (!places.isHeld(directory)
                    && (oldest == null || directory.lastUse() < oldest.lastUse())) {
                oldest = directory;
            }
        }
        if (oldest != null) {
            forget(oldest);
            lookedAt -= directories.indexOf(oldest) < lookedAt ? 1 : 0;
            directories.remove(oldest);
        }
    }

    private void forget(ShadowDirectory directory) {
        moveOut(directory);
        directory.release();
    }

    private void moveOut(ResidentDirectory directory) {
        int place = directory.resident();
        places.evict(directory);
        if (place != ResidentDirectory.NOWHERE) {
            area.hide(area.directory(place), ReservedArea.DIRECTORY_ENTRIES);
        }
    }

    /**
     * Lets go of the tables that a guest keeps in a region which goes away; looks for those in one
     * that has come.
     *
     * @return all tables whose entries are to be redirected, by {@link #redirect}
     */
    public List<ShadowTable> regionChanged(Region region, boolean present) {
        for (int i = 0; i < directories.size(); i++) {
            directories.get(i).regionChanged(region, present);
        }
        return List.copyOf(tables.values());
    }

    /** Redirects the entries of some tables that lead into a region. */
    public void redirect(List<ShadowTable> some, Region region, boolean present) {
        for (ShadowTable table : some) {
            table.regionChanged(region, present, dma, scratchEntry);
        }
    }

    /** Forgets every address space; none may be in use by the GPU. */
    public void clear() {
        directories.forEach(this::forget);
        directories.clear();
        Arrays.fill(current, null);
        lookedAt = 0;
        SliceMirror unused = mirror;
        if (unused != null) {
            mirror = null;
            gtt.mirror(null);
            moveOut(unused);
            unused.close();
        }
    }

    /** Forgets every address space and gives all memory back. */
    public void close() {
        clear();
        freeTables.clear();
        emptyTable = null;
        slabs.forEach(DmaPages::close);
        slabs.clear();
    }

    /** Returns how many writes of the guest to its tables the VMM has told of. */
    public long trackedWrites() {
        return written.count();
    }

    GuestGtt gtt() {
        return gtt;
    }

    FaultBook faults() {
        return faults;
    }

    ReservedArea area() {
        return area;
    }

    /** Returns the memory that a guest page is in, or null if the GPU cannot be given it. */
    @Nullable Region region(long guestPhysicalPage) {
        return memory.regionAt(guestPhysicalPage);
    }

    /** Returns the number of a list of tables that nobody has made yet. */
    long newList() {
        return ++lists;
    }

    /** Returns the table of slots in which the guest has none: every entry leads to scratch. */
    ShadowTable emptyTable() {
        ShadowTable table = emptyTable;
        if (table == null) {
            table = takeTable();
            table.begin(NO_PAGE, null, scratchEntry, entries);
            emptyTable = table;
        }
        return table;
    }

    /** Returns the copy of a guest page of table entries, in a region; for a new user. */
    ShadowTable table(long guestPage, Region region, WorkBudget budget) {
        ShadowTable table = tables.get(guestPage);
        if (table == null) {
            budget.spend(ShadowTable.MADE);
            table = takeTable();
            table.begin(guestPage, region, scratchEntry, entries);
            tables.put(guestPage, table);
            if (tracking != null) {
                table.track(tracking, written);
            }
        }
        return table;
    }

    /** Takes back a table that nobody uses any more. */
    void giveBack(ShadowTable table) {
        table.end();
        tables.remove(table.guestPage());
        freeTables.add(table);
    }

    private ShadowTable takeTable() {
        ShadowTable table = freeTables.poll();
        if (table == null) {
            DmaPages slab = new DmaPages(gpu, (long) SLAB_PAGES * Pte.PAGE, DmaAccess.READ_ONLY);
            slabs.add(slab);
            for (int i = 0; i < SLAB_PAGES; i++) {
                MemorySegment page = slab.segment().asSlice((long) i * Pte.PAGE, Pte.PAGE);
                freeTables.add(
                        new ShadowTable(pages, page, slab.busAddress() + (long) i * Pte.PAGE));
            }
            table = freeTables.remove();
        }
        return table;
    }
}
