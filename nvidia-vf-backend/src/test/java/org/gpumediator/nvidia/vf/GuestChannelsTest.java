package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.ResetKind;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.ScriptedAdaGuest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A guest's driver makes channels of a copy engine and has it copy, by addresses of its page tables
 * and by places of its own; what is not its own is out of reach, whatever it submits.
 */
final class GuestChannelsTest {

    private static final long INSTANCE = 0x10_0000;
    private static final long ROOT = 0x10_1000;
    private static final long TOP = 0x10_2000;
    private static final long MIDDLE = 0x10_3000;
    private static final long LAST = 0x10_4000;
    private static final long SMALL = 0x10_5000;
    private static final int VIDEO_TABLE = 1 << 1;
    private static final int MEMORY_PAGE = 2 << 1;
    private static final long USER = 0x10_8000;
    private static final long RING = 0x20_0000;
    private static final long BUFFER = 0x20_1000;
    private static final long SOURCE = 0x30_0000;
    private static final long PAGES = 0x6b_f000;
    private static final long MEMORY = 0x5_0000;
    private static final int ENTRIES = 8;
    private static final int HANDLE = 0xcaf0_0010;
    private static final int DONE = 0x600d;

    /** Where the ring, the buffer and a page of memory are by the guest's page tables. */
    private static final long VIRTUAL_BUFFER = 0x1000;

    private static final long VIRTUAL_MEMORY = 0x2000;
    private static final long VIRTUAL_SEMAPHORE = 0x2800;

    private static final int PHYSICAL_SOURCE = 1 << 12;
    private static final int PHYSICAL_TARGET = 1 << 13;
    private static final int PITCH = 3 << 7;
    private static final int SEMAPHORE = 1 << 3;
    private static final int REMAP = 1 << 10;
    private static final int COPY = 2 | PITCH;

    private final Rig rig = new Rig(AdaModel.L40);
    private final FakeVmm vmm = plug("a");
    private final FakeVmm other = plug("b");
    private final ScriptedAdaGuest guest = new ScriptedAdaGuest(vmm, PAGES, this::passTime);
    private int put;

    private FakeVmm plug(String name) {
        FakeVmm next = FakeVmm.create();
        next.plug(rig.mediator.create(VgpuRequest.ofType(name, "L40-8Q"), next.port()));
        next.enumerate();
        return next;
    }

    private void passTime() {
        rig.clock.advanceNanos(20_000);
        rig.board.advance(rig.clock.nanoTime());
    }

    @AfterEach
    void close() {
        vmm.close();
        other.close();
        rig.close();
    }

    @BeforeEach
    void ready() {
        video(INSTANCE + 0x200, ROOT | 1 << 10);
        video(ROOT, TOP >>> 4 | VIDEO_TABLE);
        video(TOP, MIDDLE >>> 4 | VIDEO_TABLE);
        video(MIDDLE, LAST >>> 4 | VIDEO_TABLE);
        video(LAST + 8, SMALL >>> 4 | VIDEO_TABLE);
        video(SMALL, page(RING, 0));
        video(SMALL + 8, page(BUFFER, 0));
        video(SMALL + 16, page(MEMORY, MEMORY_PAGE));
        guest.bindInstanceMemory();
        guest.setUp();
        assertThat(guest.introduce().result()).isZero();
        assertThat(guest.allocate()).containsOnly(0);
    }

    private void video(long offset, long value) {
        vmm.bar(1).write64(offset, value);
    }

    private static long page(long address, int where) {
        return address >>> 4 | where | 1;
    }

    private int make(int number) {
        return guest.allocateChannel(HANDLE + number, number, INSTANCE, USER, 0, ENTRIES);
    }

    /** Puts methods into the buffer, an entry into the ring, and rings. */
    private void submit(int... words) {
        for (int i = 0; i < words.length; i++) {
            vmm.bar(1).write32(BUFFER + 4L * i, words[i]);
        }
        video(RING + 8L * put, VIRTUAL_BUFFER | (long) words.length << 42);
        put = (put + 1) % ENTRIES;
        vmm.bar(1).write32(USER + 0x8c, put);
        guest.ringChannel(0);
        passTime();
    }

    private static int method(int method, int count) {
        return 1 << 29 | count << 16 | 4 << 13 | method >> 2;
    }

    /** A copy or a fill, then the semaphore. */
    private static int[] transfer(long from, long to, int bytes, int flags) {
        return new int[] {
            method(0x400, 4),
            (int) (from >>> 32),
            (int) from,
            (int) (to >>> 32),
            (int) to,
            method(0x418, 2),
            bytes,
            1,
            method(0x240, 3),
            0,
            (int) VIRTUAL_SEMAPHORE,
            DONE,
            method(0x300, 1),
            flags | SEMAPHORE
        };
    }

    private int semaphore() {
        return vmm.memory().cpuRead32(MEMORY + 0x800);
    }

    @Test
    void copy_ofFramebufferToMemory_isDoneAndTold() {
        assertThat(make(0)).isZero();
        video(SOURCE, 0x1122_3344_5566_7788L);
        submit(transfer(SOURCE, VIRTUAL_MEMORY, 8, COPY | PHYSICAL_SOURCE));
        assertThat(vmm.memory().cpuRead32(MEMORY)).isEqualTo(0x5566_7788);
        assertThat(vmm.memory().cpuRead32(MEMORY + 4)).isEqualTo(0x1122_3344);
        assertThat(semaphore()).isEqualTo(DONE);
        assertThat(vmm.bar(1).read32(USER + 0x88)).as("read up to").isEqualTo(1);
    }

    @Test
    void copy_ofManyEntries_goesRoundTheRing() {
        assertThat(make(0)).isZero();
        for (int i = 1; i <= 3 * ENTRIES; i++) {
            video(SOURCE, i);
            submit(transfer(SOURCE, VIRTUAL_MEMORY, 8, COPY | PHYSICAL_SOURCE));
            assertThat(vmm.memory().cpuRead32(MEMORY)).isEqualTo(i);
        }
        assertThat(vmm.gpu().statistics().faults()).isEmpty();
    }

    @Test
    void fill_writesAConstantWhateverItsSize() {
        assertThat(make(0)).isZero();
        submit(method(0x700, 1), 0xaabb_ccdd, method(0x708, 1), 4 | 3 << 16);
        submit(transfer(0, SOURCE, 3, COPY | REMAP | PHYSICAL_TARGET));
        assertThat(vmm.bar(1).read32(SOURCE + 8)).isEqualTo(0xaabb_ccdd);
        assertThat(vmm.bar(1).read32(SOURCE + 12)).isZero();
        video(SOURCE + (1 << 20), 77);
        submit(method(0x700, 1), 0);
        submit(transfer(0, SOURCE, 1 << 20, COPY | REMAP | PHYSICAL_TARGET));
        assertThat(vmm.bar(1).read32(SOURCE + 8)).isZero();
        assertThat(vmm.bar(1).read32(SOURCE + (1 << 20))).as("at 1 MiB of 4").isZero();
        assertThat(semaphore()).isEqualTo(DONE);
    }

    @Test
    void hostSemaphore_isReleasedByTheChannelItself() {
        assertThat(make(0)).isZero();
        submit(method(0x5c, 5), (int) VIRTUAL_SEMAPHORE, 0, 55, 0, 1);
        assertThat(semaphore()).isEqualTo(55);
    }

    @Test
    void interrupts_ofADoneCopyAndOfItself_arePending() {
        assertThat(make(0)).isZero();
        submit(transfer(SOURCE, VIRTUAL_MEMORY, 8, COPY | PHYSICAL_SOURCE | 1 << 5));
        assertThat(vmm.bar(0).read32(0x1004) >>> 1 & 1).as("vector 33").isEqualTo(1);
        assertThat(vmm.bar(0).read32(0x1010)).isZero();
        guest.interruptItself();
        assertThat(vmm.bar(0).read32(0x1010)).as("vector 129").isEqualTo(2);
        vmm.bar(0).write32(0x1640, -1);
        vmm.bar(0).write32(0x1640, 256);
        assertThat(vmm.bar(0).read32(0x1010)).isEqualTo(2);
    }

    @Test
    void channel_inTheDefaultAddressSpace_getsItsDirectory() {
        video(INSTANCE + 0x200, 0);
        assertThat(guest.announceAddressSpace(ROOT, 1)).isZero();
        assertThat(make(0)).isZero();
        video(SOURCE, 5);
        submit(transfer(SOURCE, VIRTUAL_MEMORY, 8, COPY | PHYSICAL_SOURCE));
        assertThat(vmm.memory().cpuRead32(MEMORY)).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({"0", "2", "5", "-1"})
    void addressSpace_whoseDirectoryIsNowhere_isRefused(int aperture) {
        assertThat(guest.announceAddressSpace(ROOT, aperture)).isNotZero();
    }

    @Test
    void addressSpace_whoseDirectoryIsNobodys_leadsNowhere() {
        video(INSTANCE + 0x200, 0);
        assertThat(guest.announceAddressSpace(-1L << 12, 1)).isZero();
        assertThat(make(0)).isZero();
        submit(transfer(SOURCE, VIRTUAL_MEMORY, 8, COPY | PHYSICAL_SOURCE));
        assertThat(semaphore()).isZero();
        assertThat(guest.announceAddressSpace(ROOT, 1)).isZero();
        assertThat(guest.free()).containsOnly(0);
        assertThat(guest.announceAddressSpace(ROOT, 1)).as("no client").isNotZero();
    }

    @Test
    void channel_ofANumberInUse_orBeyondItsShare_orInNoMemory_isRefused() {
        assertThat(make(0)).isZero();
        assertThat(guest.allocateChannel(HANDLE + 9, 0, INSTANCE, USER, 0, ENTRIES)).isNotZero();
        assertThat(make(1 << 12)).isNotZero();
        assertThat(make(-1)).isNotZero();
        assertThat(guest.allocateChannel(HANDLE + 5, 5, INSTANCE, USER, 0, 0)).isNotZero();
        assertThat(guest.allocateChannel(HANDLE + 6, 6, INSTANCE, USER, 0, -1)).isNotZero();
        assertThat(guest.freeChannel(HANDLE)).isZero();
        assertThat(make(0)).as("free again").isZero();
    }

    @Test
    void channel_thatIsFreedOrReset_doesNothing() {
        assertThat(make(0)).isZero();
        assertThat(guest.freeChannel(HANDLE)).isZero();
        submit(transfer(SOURCE, VIRTUAL_MEMORY, 8, COPY | PHYSICAL_SOURCE));
        assertThat(semaphore()).isZero();
        put = 0;
        assertThat(make(0)).isZero();
        vmm.gpu().reset(ResetKind.FUNCTION_LEVEL);
        vmm.enumerate();
        submit(transfer(SOURCE, VIRTUAL_MEMORY, 8, COPY | PHYSICAL_SOURCE));
        assertThat(semaphore()).isZero();
    }

    @Test
    void channel_ofAGuestThatWasHeld_goesOn() {
        assertThat(make(0)).isZero();
        vmm.gpu().quiesce();
        vmm.gpu().resume();
        submit(transfer(SOURCE, VIRTUAL_MEMORY, 8, COPY | PHYSICAL_SOURCE));
        assertThat(semaphore()).isEqualTo(DONE);
    }

    @Test
    void framebufferWindow_throughTables_showsWhatTheyLeadTo() {
        vmm.bar(0).write32(0xf40, (int) (0x8000_0000L | INSTANCE >>> 12));
        vmm.bar(1).write32(VIRTUAL_MEMORY, 99);
        assertThat(vmm.memory().cpuRead32(MEMORY)).isEqualTo(99);
        assertThat(vmm.bar(1).read32(0x9000)).as("no page").isEqualTo(-1);
        vmm.bar(0).write32(0xf40, 0);
        assertThat(vmm.bar(1).read64(SMALL)).isEqualTo(page(RING, 0));
    }

    @Test
    void instanceWindow_throughTables_andBack() {
        guest.bindThroughTables(INSTANCE);
        vmm.bar(3).write32(VIRTUAL_MEMORY, 98);
        assertThat(vmm.memory().cpuRead32(MEMORY)).isEqualTo(98);
        guest.bindInstanceMemory();
        assertThat(vmm.bar(3).read64(SMALL)).isEqualTo(page(RING, 0));
    }

    // ---- hostile channels

    @ParameterizedTest
    @CsvSource({
        "0x1e8000000, 8, 0", // framebuffer behind the slice
        "0x1fffffff8, 8, 0",
        "0x1e7fffffc, 8, 0", // half of it
        "0x7fffffff000, 8, 1", // memory that is not there
        "0x9000, 8, -1", // no page
        "0x0, -1, 0", // 4 GiB less a byte
    })
    void copy_thatIsNotItsOwn_stopsTheChannelAndReachesNobody(String from, int bytes, int where) {
        long before = other.memory().fingerprint();
        assertThat(make(0)).isZero();
        submit(method(0x260, 2), Math.max(where, 0), Math.max(where, 0));
        int physical = where < 0 ? 0 : PHYSICAL_SOURCE;
        submit(transfer(Long.decode(from), VIRTUAL_MEMORY, bytes, COPY | physical));
        assertThat(semaphore()).isZero();
        submit(transfer(SOURCE, VIRTUAL_MEMORY, 8, COPY | PHYSICAL_SOURCE));
        assertThat(semaphore()).as("it has stopped for good").isZero();
        assertThat(other.memory().fingerprint()).isEqualTo(before);
        assertThat(guest.freeChannel(HANDLE)).isZero();
    }

    @Test
    void fill_beyondTheSlice_leavesAllBehindItAsItWas() {
        other.bar(1).write32(0x1000, 0x7777);
        assertThat(make(0)).isZero();
        submit(method(0x700, 1), 0, method(0x708, 1), 4 | 3 << 16);
        submit(transfer(0, 7807L << 20, 1 << 30, COPY | REMAP | PHYSICAL_TARGET));
        submit(transfer(0, 0, -1, COPY | REMAP | PHYSICAL_TARGET));
        assertThat(other.bar(1).read32(0x1000)).isEqualTo(0x7777);
        assertThat(semaphore()).isZero();
    }

    @Test
    void ring_ofNoChannel_isCounted() {
        long before = rig.board.occupation().get("doorbells.refused");
        guest.ringChannel(3);
        assertThat(rig.board.occupation().get("doorbells.refused")).isEqualTo(before + 1);
    }

    @Test
    void anyMethodsInAnyRing_reachNobodyAndEnd() {
        long before = other.memory().fingerprint();
        other.bar(1).write32(0x1000, 0x7777);
        Seeds.forEach(
                60,
                random -> {
                    make(0);
                    put = 0;
                    int[] words = new int[200];
                    for (int i = 0; i < words.length; i++) {
                        words[i] =
                                random.nextInt(3) == 0
                                        ? method(random.nextInt(0x720) & ~3, random.nextInt(8))
                                        : random.nextInt(4) == 0
                                                ? random.nextInt()
                                                : random.nextInt(1 << 14);
                    }
                    submit(words);
                    vmm.bar(1).write32(USER + 0x8c, random.nextInt());
                    video(RING + 8L * random.nextInt(ENTRIES), random.nextLong());
                    guest.ringChannel(0);
                    for (int i = 0; i < 2 * ENTRIES; i++) {
                        passTime();
                    }
                    begin();
                });
        assertThat(other.memory().fingerprint()).isEqualTo(before);
        assertThat(other.bar(1).read32(0x1000)).isEqualTo(0x7777);
        assertThat(other.gpu().statistics().faults()).isEmpty();
    }

    /** Repairs what its own copies may have written over. */
    private void begin() {
        vmm.gpu().reset(ResetKind.LOST_CLIENT);
        vmm.enumerate();
        ready();
    }
}
