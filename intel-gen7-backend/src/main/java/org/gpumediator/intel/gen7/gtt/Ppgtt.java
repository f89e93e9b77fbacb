package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.GuestMemory.Region;
import org.gpumediator.api.vmm.GuestMemory.WriteTracking;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.jspecify.annotations.Nullable;

/**
 * The per-process address spaces of one guest, shadowed.
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
    private final LongAdder trackedWrites = new LongAdder();
    private final List<ShadowDirectory> directories = new ArrayList<>();
    private final List<DmaPages> slabs = new ArrayList<>();
    private final ArrayDeque<ShadowTable> freeTables = new ArrayDeque<>();
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
     * Brings the address space of a PP_DIR_BASE value up to date and makes it usable on an engine.
     *
     * @param guestBase what the guest has put, or wants to put, into PP_DIR_BASE
     * @return what to put into the physical register instead; that of an address space without any
     *     page if the guest's directory is not inside its slice; {@link #NO_PLACE} if too many
     *     others are in use, which never happens to an engine for which nothing is held
     */
    public int activate(Engine engine, int guestBase) {
        ShadowDirectory directory = directory(guestBase);
        directory.synchronise();
        return places.hold(directory, engine) ? area.directoryBase(directory.resident()) : NO_PLACE;
    }

    /**
     * Makes the mirror of the guest's slice usable on an engine: what the engine translates through
     * while the guest has its per-process table off.
     *
     * @return what to put into the physical PP_DIR_BASE, or {@link #NO_PLACE} as of {@link
     *     #activate}
     */
    public int activateSlice(Engine engine) {
        SliceMirror directory = mirror;
        if (directory == null) {
            directory =
                    new SliceMirror(
                            gpu, area, gtt.slice(), emptyTable().busAddress(), scratchEntry);
            mirror = directory;
            gtt.mirror(directory);
        }
        return places.hold(directory, engine) ? area.directoryBase(directory.resident()) : NO_PLACE;
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

    /** Brings every address space that the GPU can be using up to date. */
    public void synchronise() {
        for (int i = 0; i < directories.size(); i++) {
            if (directories.get(i).resident() != ResidentDirectory.NOWHERE) {
                directories.get(i).synchronise();
            }
        }
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
        directories.add(directory);
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
            directories.remove(oldest);
        }
    }

    private void forget(ShadowDirectory directory) {
        int place = directory.resident();
        directory.release();
        moveOut(directory, place);
    }

    private void moveOut(ResidentDirectory directory, int place) {
        places.evict(directory);
        if (place != ResidentDirectory.NOWHERE) {
            area.hide(area.directory(place), ReservedArea.DIRECTORY_ENTRIES);
        }
    }

    /** Redirects what leads into memory that goes away ({@code present} false) or has come. */
    public void regionChanged(Region region, boolean present) {
        for (int i = 0; i < directories.size(); i++) {
            directories.get(i).regionChanged(region, present);
        }
    }

    /** Forgets every address space; none may be in use by the GPU. */
    public void clear() {
        directories.forEach(this::forget);
        directories.clear();
        SliceMirror unused = mirror;
        if (unused != null) {
            mirror = null;
            gtt.mirror(null);
            moveOut(unused, unused.resident());
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
        return trackedWrites.sum();
    }

    /** Lets the VMM tell of writes to a table's page, if it can. */
    void track(ShadowTable table, long guestPage) {
        if (tracking != null) {
            table.track(tracking, guestPage, trackedWrites);
        }
    }

    GuestGtt gtt() {
        return gtt;
    }

    GuestDma dma() {
        return dma;
    }

    FaultBook faults() {
        return faults;
    }

    ReservedArea area() {
        return area;
    }

    int scratchEntry() {
        return scratchEntry;
    }

    @Nullable MemorySegment guestPage(long guestPhysicalPage) {
        Region region = memory.regionAt(guestPhysicalPage);
        return region == null
                ? null
                : region.segment().asSlice(guestPhysicalPage - region.start(), Pte.PAGE);
    }

    /** Returns the table of slots in which the guest has none: every entry leads to scratch. */
    ShadowTable emptyTable() {
        ShadowTable table = emptyTable;
        if (table == null) {
            table = takeTable();
            emptyTable = table;
        }
        return table;
    }

    ShadowTable takeTable() {
        ShadowTable table = freeTables.poll();
        if (table == null) {
            DmaPages slab = new DmaPages(gpu, (long) SLAB_PAGES * Pte.PAGE, DmaAccess.READ_ONLY);
            slabs.add(slab);
            for (int i = 0; i < SLAB_PAGES; i++) {
                MemorySegment page = slab.segment().asSlice((long) i * Pte.PAGE, Pte.PAGE);
                freeTables.add(
                        new ShadowTable(
                                page, slab.busAddress() + (long) i * Pte.PAGE, scratchEntry));
            }
            table = freeTables.remove();
        }
        return table;
    }

    void giveTable(ShadowTable table) {
        table.clear(scratchEntry);
        freeTables.add(table);
    }
}
