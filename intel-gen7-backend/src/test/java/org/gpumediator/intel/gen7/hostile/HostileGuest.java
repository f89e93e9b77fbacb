package org.gpumediator.intel.gen7.hostile;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.core.catalogue.Register;
import org.gpumediator.intel.gen7.command.HostileStreams;
import org.gpumediator.intel.gen7.command.LegalCommands;
import org.gpumediator.intel.gen7.registers.Gen7Hooks;
import org.gpumediator.intel.gen7.registers.Gen7Registers;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;

/**
 * A guest that does anything: programs its rings with streams that are almost right, changes them
 * while they are queued, writes tables, fences and registers, resets, and starts again where it got
 * stuck. All its choices come from one source of randomness.
 */
final class HostileGuest {

    private static final int PAGE = 4096;

    /** Where a test may have memory of the guest that comes and goes: 1 MiB. */
    static final int PASSING_MEMORY = 1 << 30;

    /**
     * An address of everybody's per-process table: where the one guest's page was, another's is
     * after a change.
     */
    static final long COMMON_ADDRESS = 0x7003_7000L;

    private static final int RING_BYTES = 4 * PAGE;
    private static final int PAGES_EACH = 8;
    private static final int BATCH_PAGES = 4 * PAGES_EACH;
    private static final int TABLE = 0x20_0000;
    private static final int FLUSH = 0x10_1008;
    private static final int GDRST = 0x941c;
    private static final int BATCH_END = 0x0500_0000;
    private static final int PROGRAM_DWORDS = 2048;
    private static final int[] BASES = {0x2000, 0x2_2000, 0x1_2000, 0x1_a000};
    private static final int[] RESET_BITS = {1 << 1, 1 << 3, 1 << 2, 1 << 4};
    private static final int[] STATUS_PAGES = {0x4080, 0x4280, 0x4180, 0x4380};
    private static final int[] RING_REGISTERS = {
        0x28, 0x30, 0x34, 0x38, 0x3c, 0x50, 0x74, 0x98, 0x9c, 0xa8, 0xb8, 0xc0, 0x134, 0x180, 0x220,
        0x228, 0x29c
    };
    private static final List<Register<Gen7Hooks>> REGISTERS =
            Gen7Registers.catalogue().registers();

    private final FakeVmm vmm;
    private final ScriptedHaswellGuest guest;
    private final HostileActions hostile;
    private final SplittableRandom random;
    private final HostileStreams streams;
    private final GuestObject[] rings = new GuestObject[4];
    private final int[] tails = new int[4];
    private final int[] stuck = new int[4];
    private final int[] headsSeen = new int[4];
    private final GuestObject batches;
    private final int[] dwords = new int[PROGRAM_DWORDS + 2];
    private final int directoryBase;
    private final int[] directory = new int[512];
    private final int[][] tables = new int[2][1024];
    private long actions;
    private long failures;

    /** Takes over from a guest that has booted. */
    HostileGuest(FakeVmm vmm, ScriptedHaswellGuest guest, long[] foreign, SplittableRandom random) {
        this.vmm = vmm;
        this.guest = guest;
        this.random = random;
        hostile = guest.hostile();
        LegalCommands.Ranges slice =
                new LegalCommands.Ranges(
                        guest.mappableBase(),
                        guest.mappableBase() + guest.mappableSize(),
                        guest.hiddenBase(),
                        guest.hiddenBase() + guest.hiddenSize());
        List<Long> tempting = new ArrayList<>();
        for (long address : foreign) {
            tempting.add(address);
        }
        long[] edges = {
            slice.lowStart(), slice.lowEnd(), slice.highStart(), slice.highEnd(), 0, 0x1_0000_0000L
        };
        for (long edge : edges) {
            tempting.add(edge);
            tempting.add(edge - PAGE);
        }
        for (int i = 0; i < 4; i++) {
            tempting.add(COMMON_ADDRESS + 64);
        }
        streams =
                new HostileStreams(
                        random.split(),
                        slice,
                        tempting.stream().mapToLong(Long::longValue).toArray());
        for (int engine = 0; engine < 4; engine++) {
            rings[engine] = guest.allocate(RING_BYTES);
        }
        batches = guest.allocate(BATCH_PAGES * PAGE);
        directoryBase = hostile.peekRegister(BASES[0] + 0x228);
        rememberTables();
        mapCommonAddress(hostile, batches.page(0));
        endBatchesInScratch();
        for (int page = 0; page < BATCH_PAGES; page++) {
            fillBatch(page / PAGES_EACH, page);
        }
        for (int engine = 0; engine < 4; engine++) {
            restart(engine);
        }
    }

    /** Takes down how its directory and the page tables of its batches are, to put them back. */
    private void rememberTables() {
        for (int i = 0; i < directory.length; i++) {
            directory[i] = hostile.peekRegister(directoryEntry(i));
        }
        int first = (int) (batches.graphicsAddress() >>> 22);
        for (int i = 0; i < tables.length; i++) {
            long table = directory[first + i] & ~0xfff;
            for (int at = 0; at < tables[i].length; at++) {
                tables[i][at] = vmm.memory().cpuRead32(table + 4L * at);
            }
        }
    }

    /** Points the common address of a guest's per-process table at a page. */
    static void mapCommonAddress(HostileActions guest, long page) {
        int index = (int) (COMMON_ADDRESS >>> 12);
        guest.pokePageTable(index >>> 10, index & 1023, (int) page | 1);
    }

    private long directoryEntry(int index) {
        return TABLE + 4L * ((directoryBase >>> 16) * 16 + index);
    }

    /** Puts its tables back, after a reset or so many changes that nothing leads anywhere. */
    private void restoreTables() {
        for (int i = 0; i < directory.length; i++) {
            hostile.pokeRegister(directoryEntry(i), directory[i]);
        }
        int first = (int) (batches.graphicsAddress() >>> 22);
        for (int i = 0; i < tables.length; i++) {
            long table = directory[first + i] & ~0xfff;
            vmm.memory().cpuWrite(table, MemorySegment.ofArray(tables[i]));
        }
        restoreBatches();
        mapCommonAddress(hostile, batches.page(0));
        for (int engine = 0; engine < 4; engine++) {
            for (int page = 0; page < RING_BYTES / PAGE; page++) {
                hostile.mapPage(
                        rings[engine].graphicsAddress() + (long) page * PAGE,
                        rings[engine].page(page));
            }
        }
        hostile.pokeRegister(FLUSH, 1);
    }

    FakeVmm vmm() {
        return vmm;
    }

    /** Returns how many things it has done. */
    long actions() {
        return actions;
    }

    /** Returns how many of its commands have been audited. */
    long commands() {
        var statistics = vmm.gpu().statistics();
        return statistics.counter("rcs.commands")
                + statistics.counter("bcs.commands")
                + statistics.counter("vcs.commands")
                + statistics.counter("vecs.commands");
    }

    /** Returns how often it had failed and was reset by its VMM. */
    long failures() {
        return failures;
    }

    /** Does something. */
    void act() {
        actions++;
        if (vmm.gpu().state() == VirtualGpuState.FAILED) {
            failures++;
            startAgain(ResetKind.BUS);
        }
        int choice = random.nextInt(100);
        int engine = random.nextInt(4);
        if (choice < 60) {
            program(engine);
        } else if (choice < 72) {
            fillBatch(engine, PAGES_EACH * engine + random.nextInt(PAGES_EACH));
        } else if (choice < 76) {
            changeRing(engine);
        } else if (choice < 82) {
            ringRegister(engine);
        } else if (choice < 88) {
            anyRegister();
        } else if (choice < 92) {
            tableEntry();
        } else if (choice < 94) {
            pageTable();
        } else if (choice < 95) {
            hostile.pokeFence(random.nextInt(32), (long) streams.address() << 32 | fenceLow());
        } else if (choice < 96) {
            aperture();
        } else if (choice < 97) {
            rare();
        } else if (random.nextInt(8) == 0) {
            unstick(engine);
        } else {
            restoreTables();
        }
    }

    private int fenceLow() {
        return streams.address() & ~0xfff | random.nextInt(4);
    }

    // ---- programs

    /** Queues a program: commands, and jumps to batches. */
    private void program(int engine) {
        int head = hostile.peekRegister(BASES[engine] + 0x34) & 0x1f_fffc;
        noteProgress(engine, head);
        if (stuck[engine] > 8 && random.nextInt(4) == 0) {
            unstick(engine);
            return;
        }
        int room = Math.floorMod(head - tails[engine] - 64, RING_BYTES) / 4;
        int length = Math.min(room, 32 + random.nextInt(1024)) & ~1;
        if (random.nextInt(64) == 0) {
            length = 2 * random.nextInt(1024); // never mind the head
        }
        if (length < 16) {
            return;
        }
        int at = 0;
        while (at < length) {
            int piece = Math.min(length - at, 8 + random.nextInt(64));
            if (random.nextInt(3) == 0 && at + 2 <= length) {
                dwords[at++] = start(engine);
                dwords[at++] = batchAddress(engine);
            } else {
                streams.fill(engine, dwords, at, at + piece);
                at += piece;
            }
        }
        write(rings[engine], tails[engine], length);
        tails[engine] = (tails[engine] + 4 * length) % RING_BYTES;
        hostile.pokeRegister(BASES[engine] + 0x30, tails[engine]);
    }

    private int start(int engine) {
        int user = engine == 0 ? 0x1880_2100 : 0x1880_0100;
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> 0x1880_0000;
            case 3, 4, 5 -> user;
            case 6 -> 0x1880_0000 | 1 << 22;
            default -> 0x1880_0000 ^ 1 << random.nextInt(23);
        };
    }

    private int batchAddress(int engine) {
        int address = (int) batches.graphicsAddress();
        return random.nextInt(512) == 0
                ? streams.address()
                : address + (PAGES_EACH * engine + random.nextInt(PAGES_EACH)) * PAGE;
    }

    /** Makes a batch that leaves what is bound end soon, instead of at the end of everything. */
    private void endBatchesInScratch() {
        long scratch = tables[0][0] & ~0xfff;
        for (int at = 0; at < PAGE; at += 4) {
            vmm.memory().cpuWrite32(scratch + at, BATCH_END);
        }
    }

    private void write(GuestObject object, int offset, int count) {
        int done = 0;
        while (done < count) {
            int at = (offset + 4 * done) % (int) object.length();
            int here = Math.min(count - done, (PAGE - at % PAGE) / 4);
            vmm.memory()
                    .cpuWrite(
                            object.guestPhysical(at),
                            MemorySegment.ofArray(dwords).asSlice(4L * done, 4L * here));
            done += here;
        }
    }

    /** Writes one page of a batch: commands, then its end or a jump to another page. */
    private void fillBatch(int engine, int page) {
        int last = PAGE / 4 - 2;
        streams.fill(engine, dwords, 0, last);
        boolean goesOn = random.nextInt(4) == 0 && page + 1 < BATCH_PAGES;
        dwords[last] = goesOn ? start(engine) : BATCH_END;
        dwords[last + 1] = goesOn ? (int) batches.graphicsAddress() + (page + 1) * PAGE : BATCH_END;
        write(batches, page * PAGE, PAGE / 4);
    }

    /** Changes what has been queued. */
    private void changeRing(int engine) {
        int at = random.nextInt(RING_BYTES / 4 - 64);
        streams.fill(engine, dwords, 0, 32);
        write(random.nextBoolean() ? rings[engine] : batches, 4 * at, 32);
    }

    // ---- registers and tables

    private void ringRegister(int engine) {
        int offset = BASES[engine] + RING_REGISTERS[random.nextInt(RING_REGISTERS.length)];
        int value =
                switch (random.nextInt(4)) {
                    case 0 -> random.nextInt(RING_BYTES) & ~7;
                    case 1 -> streams.address();
                    case 2 -> 0x0001_0001 << random.nextInt(16);
                    default -> streams.value();
                };
        hostile.pokeRegister(offset, value);
    }

    private void anyRegister() {
        int offset;
        if (random.nextInt(4) == 0) {
            offset = random.nextInt(Gen7Registers.LENGTH);
        } else {
            var register = REGISTERS.get(random.nextInt(REGISTERS.size()));
            offset = register.offset() + register.stride() * random.nextInt(register.count());
        }
        int width = random.nextInt(4) == 0 ? 1 << random.nextInt(4) : 4;
        if (random.nextInt(3) == 0) {
            vmm.bar(0).read(offset, width);
        } else {
            vmm.bar(0).write(offset, width, streams.value() * 0x1_0000_0001L);
        }
    }

    private void tableEntry() {
        int index =
                random.nextInt(3) == 0
                        ? (streams.address() >>> 12) + random.nextInt(-2, 3) & 0x7_ffff
                        : (int) (batches.graphicsAddress() >>> 12) + random.nextInt(BATCH_PAGES);
        int width = random.nextInt(4) == 0 ? 8 : 4;
        vmm.bar(0).write(TABLE + (index & ~1L) * 4, width, entry() * 0x1_0000_0001L);
        if (random.nextBoolean()) {
            hostile.pokeRegister(FLUSH, 1);
        }
        if (random.nextInt(3) == 0) {
            restoreTables();
        }
    }

    private void restoreBatches() {
        for (int page = 0; page < BATCH_PAGES; page++) {
            hostile.mapPage(batches.graphicsAddress() + (long) page * PAGE, batches.page(page));
        }
    }

    private int entry() {
        return switch (random.nextInt(6)) {
            case 0 -> streams.value();
            case 1 -> random.nextInt(1 << 22) & ~0xfff | 1;
            case 2 -> PASSING_MEMORY + random.nextInt(256) * PAGE | 1;
            default -> (int) batches.page(random.nextInt(BATCH_PAGES)) | 1;
        };
    }

    private void pageTable() {
        int index = (int) (batches.graphicsAddress() >>> 22);
        if (random.nextInt(8) == 0) {
            hostile.pokeDirectory(random.nextInt(512), entry());
        }
        hostile.pokePageTable(
                random.nextInt(4) == 0 ? random.nextInt(512) : index,
                random.nextInt(1024),
                entry());
        if (random.nextBoolean()) {
            hostile.pokeRegister(BASES[random.nextInt(4)] + 0xc0, 0x0220_0220);
        }
    }

    private void aperture() {
        long at = Integer.toUnsignedLong(streams.address());
        at = at % vmm.bar(2).length() & ~3L;
        if (random.nextBoolean()) {
            hostile.peekAperture(at);
        } else {
            hostile.pokeAperture(at, streams.value());
        }
    }

    // ---- resets

    private void rare() {
        switch (random.nextInt(12)) {
            case 0 -> startAgain(ResetKind.FUNCTION_LEVEL);
            case 1, 2 -> hostile.pokeRegister(GDRST, 1 << random.nextInt(5));
            case 3 -> hostile.pokeRegister(0x7_8018, random.nextInt(8)); // announcements
            default ->
                    vmm.configWrite(
                            random.nextInt(vmm.gpu().configSpace().length() / 4) * 4,
                            1 << random.nextInt(3),
                            streams.value());
        }
    }

    /** Is reset whole by its VMM. */
    private void startAgain(ResetKind kind) {
        vmm.reset(kind);
        vmm.enumerate();
        restoreTables();
        for (int engine = 0; engine < 4; engine++) {
            restart(engine);
        }
    }

    private void noteProgress(int engine, int head) {
        stuck[engine] = head == headsSeen[engine] && head != tails[engine] ? stuck[engine] + 1 : 0;
        headsSeen[engine] = head;
    }

    private void unstick(int engine) {
        hostile.pokeRegister(GDRST, RESET_BITS[engine]);
        restart(engine);
    }

    /** Starts a ring as a driver does. */
    private void restart(int engine) {
        int base = BASES[engine];
        stuck[engine] = 0;
        tails[engine] = 0;
        hostile.pokeRegister(base + 0x3c, 0);
        hostile.pokeRegister(base + 0x34, 0);
        hostile.pokeRegister(base + 0x30, 0);
        hostile.pokeRegister(STATUS_PAGES[engine], (int) batches.graphicsAddress());
        hostile.pokeRegister(base + 0x38, (int) rings[engine].graphicsAddress());
        hostile.pokeRegister(base + 0x220, -1);
        hostile.pokeRegister(base + 0x228, directoryBase);
        hostile.pokeRegister(base + 0x29c, 0x0200_0200);
        hostile.pokeRegister(base + 0x9c, 0x0300_0000);
        hostile.pokeRegister(base + 0x3c, RING_BYTES - PAGE | 1);
        for (int page = 0; page < RING_BYTES / PAGE; page++) {
            hostile.mapPage(
                    rings[engine].graphicsAddress() + (long) page * PAGE, rings[engine].page(page));
        }
    }

    /** Returns where its graphics memory is, for others to be tempted by. */
    static long[] places(ScriptedHaswellGuest guest) {
        return new long[] {
            guest.mappableBase(),
            guest.mappableBase() + guest.mappableSize() / 2,
            guest.hiddenBase(),
            guest.hiddenBase() + guest.hiddenSize() - PAGE
        };
    }
}
