package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.GuestBar;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fences, the paravirtual page, the port pair and the interrupt tree of one of two guests. */
class FencesAndInterruptsTest {

    private static final int FENCES = 0x10_0000;
    private static final int GT_IMR = 0x4_4014;
    private static final int GT_IIR = 0x4_4018;
    private static final int GT_IER = 0x4_401c;
    private static final int MASTER = 0x4_400c;
    private static final int BCS_IMR = 0x2_20a8;
    private static final int BCS_USER = 1 << 22;

    private final World world = new World();
    private final FakeVmm first = world.vmm("first", 64, 128);
    private final FakeVmm vmm = world.vmm("second", 64, 128);
    private final GuestBar bar = plugged(vmm).bar(0);

    private static FakeVmm plugged(FakeVmm vmm) {
        vmm.enumerate();
        return vmm;
    }

    @AfterEach
    void close() {
        assertThat(World.hookFailures(vmm)).isZero();
        assertThat(world.gpu.busFaults()).isEmpty();
        world.close();
    }

    private int base() {
        return bar.read32(0x7_8040);
    }

    private int physicalFence(int fence, int half) {
        return world.physical(FENCES + 8 * fence + 4 * half);
    }

    @Test
    void fence_insideTheSlice_landsInTheGuestsShareOfTheHardware() {
        int low = base() + 0x2000 | 3;
        int high = base() + 0x9000 | 0x1f;
        bar.write32(FENCES + 8 + 4, high);
        bar.write32(FENCES + 8, low);
        assertThat(physicalFence(5, 0)).isEqualTo(low);
        assertThat(physicalFence(5, 1)).isEqualTo(high);
        assertThat(physicalFence(1, 0)).isZero();
        assertThat(bar.read32(FENCES + 8)).isEqualTo(low);
    }

    @Test
    void fence_lowHalfFirstOrWhole_isTakenOverWhenComplete() {
        bar.write32(FENCES, base() + 0x2000 | 1);
        assertThat(physicalFence(4, 0) & 1).isZero();
        bar.write32(FENCES + 4, base() + 0x3000);
        assertThat(physicalFence(4, 0)).isEqualTo(base() + 0x2000 | 1);
        long whole = (long) (base() + 0x8000) << 32 | base() + 0x5000 | 1;
        bar.write64(FENCES, whole);
        assertThat(physicalFence(4, 0)).isEqualTo(base() + 0x5000 | 1);
        assertThat(physicalFence(4, 1)).isEqualTo(base() + 0x8000);
        bar.write64(FENCES, 0);
        assertThat(physicalFence(4, 0)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "-0x1000, 0x3000",
        "0x0, 0x4000000",
        "0x3000, 0x2000",
        "0x0, -0x1000",
        "0x0, 0x40000000"
    })
    void fence_notWhollyInTheSlice_isNeverValidInTheHardware(String start, String last) {
        long faults = vmm.gpu().statistics().faults(GuestFaultKind.OUT_OF_PARTITION);
        bar.write32(FENCES + 4, base() + Integer.decode(last));
        bar.write32(FENCES, base() + Integer.decode(start) | 1);
        assertThat(physicalFence(4, 0)).isZero();
        assertThat(vmm.gpu().statistics().faults(GuestFaultKind.OUT_OF_PARTITION))
                .isGreaterThan(faults);
    }

    /** The last page of the slice, in rows whose other tiles are the neighbour's. */
    @ParameterizedTest
    @CsvSource({"0x1000, 0x01f, 1", "0x1000, 0x003, 3", "0x1000, 0xfff, 1", "0x2000, 0x000, 1"})
    void fence_whoseTilesLeaveTheSlice_isNeverValidInTheHardware(
            String back, String pitch, int flags) {
        int end = base() + 64 * (1 << 20);
        long faults = vmm.gpu().statistics().faults(GuestFaultKind.OUT_OF_PARTITION);
        bar.write32(FENCES + 4, end - 0x1000 | Integer.decode(pitch));
        bar.write32(FENCES, end - Integer.decode(back) | flags);
        assertThat(physicalFence(4, 0)).isZero();
        assertThat(vmm.gpu().statistics().faults(GuestFaultKind.OUT_OF_PARTITION))
                .isGreaterThan(faults);
    }

    @ParameterizedTest
    @CsvSource({"0x1000, 0x003, 1", "0x1000, 0x000, 3", "0x8000, 0x01f, 1", "0x20000, 0x01f, 3"})
    void fence_ofWholeTileRows_mayReachTheEndOfTheSlice(String back, String pitch, int flags) {
        int end = base() + 64 * (1 << 20);
        bar.write32(FENCES + 4, end - 0x1000 | Integer.decode(pitch));
        bar.write32(FENCES, end - Integer.decode(back) | flags);
        assertThat(physicalFence(4, 0)).isEqualTo(end - Integer.decode(back) | flags);
    }

    @Test
    void fence_beyondTheShare_isDropped() {
        for (int fence = 4; fence < 32; fence++) {
            bar.write64(FENCES + 8L * fence, (long) (base() + 0x1000) << 32 | base() | 1);
        }
        for (int fence = 0; fence < 32; fence++) {
            assertThat(physicalFence(fence, 0)).isZero();
        }
        assertThat(bar.read32(FENCES + 8 * 4)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0x78000, 8, 0x4776544776544776",
        "0x78000, 4, 0x76544776",
        "0x78008, 2, 1",
        "0x7800a, 2, 0",
        "0x7800c, 4, 2",
        "0x78010, 4, 4",
        "0x78040, 4, 0x4000000",
        "0x78044, 4, 0x4000000",
        "0x78048, 4, 0x28000000",
        "0x7804c, 4, 0x8000000",
        "0x78050, 4, 4",
        "0x78043, 1, 4"
    })
    void paravirtualPage_field_readsAsSaidAndIsNotWritable(String at, int width, String value) {
        long offset = Long.decode(at);
        if (offset != 0x7_800c) { // the number of the virtual GPU is whatever the mediator counts
            assertThat(bar.handler().read(offset, width)).isEqualTo(Long.decode(value));
        }
        long before = bar.handler().read(offset, width);
        bar.handler().write(offset, width, 0x5a5a_5a5aL);
        assertThat(bar.handler().read(offset, width)).isEqualTo(before);
    }

    @Test
    void ports_reachTheSameRegistersWithTheSamePolicy() {
        var ports = vmm.bar(4).handler();
        ports.write(0, 4, 0x7_8040);
        assertThat(ports.read(4, 4)).isEqualTo(Integer.toUnsignedLong(base()));
        ports.write(0, 4, FENCES + 8 * 20);
        ports.write(4, 4, base() | 1);
        assertThat(physicalFence(20, 0)).isZero();
        ports.write(0, 4, 0x20_0000);
        int foreign = world.physical(0x20_0000);
        ports.write(4, 4, 0x1001);
        assertThat(world.physical(0x20_0000)).isEqualTo(foreign);
    }

    /** Lets the blitter raise a user interrupt. */
    private void userInterrupt(ScriptedHaswellGuest guest) {
        guest.hostile().bareRing(HaswellEngine.BCS, 0x0100_0000, 0);
        world.steps(40);
    }

    @Test
    void interrupt_throughEveryGate_comesOnceUntilItIsAcknowledged() {
        ScriptedHaswellGuest guest = world.guest(vmm).boot();
        world.steps(40);
        long others = first.interrupts().messages();
        bar.write32(BCS_IMR, ~BCS_USER);
        bar.write32(GT_IIR, -1);

        bar.write32(GT_IMR, -1);
        userInterrupt(guest);
        assertThat(bar.read32(GT_IIR) & BCS_USER).as("masked in the block").isZero();

        bar.write32(GT_IMR, ~BCS_USER);
        bar.write32(BCS_IMR, -1);
        userInterrupt(guest);
        assertThat(bar.read32(GT_IIR) & BCS_USER).as("masked in the engine").isZero();

        bar.write32(BCS_IMR, ~BCS_USER);
        bar.write32(GT_IER, 0);
        long before = vmm.interrupts().messages();
        userInterrupt(guest);
        assertThat(bar.read32(GT_IIR) & BCS_USER).isEqualTo(BCS_USER);
        assertThat(vmm.interrupts().messages()).as("not enabled").isEqualTo(before);

        bar.write32(MASTER, 0);
        bar.write32(GT_IER, BCS_USER);
        assertThat(vmm.interrupts().messages()).as("master off").isEqualTo(before);
        bar.write32(MASTER, 1 << 31);
        assertThat(vmm.interrupts().messages()).isEqualTo(before + 1);

        userInterrupt(guest);
        assertThat(vmm.interrupts().messages()).as("still pending").isEqualTo(before + 1);
        bar.write32(GT_IIR, BCS_USER);
        assertThat(bar.read32(GT_IIR)).isZero();
        userInterrupt(guest);
        assertThat(vmm.interrupts().messages()).isEqualTo(before + 2);
        assertThat(first.interrupts().messages()).isEqualTo(others);
        assertThat(vmm.interrupts().violations()).isEmpty();
    }

    @Test
    void interrupts_inAStorm_areLimitedAndCountedAndTheLastOneComes() {
        ScriptedHaswellGuest guest = world.guest(vmm).boot();
        bar.write32(BCS_IMR, ~BCS_USER);
        bar.write32(GT_IER, BCS_USER);
        bar.write32(GT_IMR, ~BCS_USER);
        userInterrupt(guest);
        long before = vmm.interrupts().messages();
        for (int i = 0; i < 10_000; i++) {
            bar.write32(MASTER, 0);
            bar.write32(MASTER, 1 << 31);
        }
        assertThat(vmm.interrupts().messages() - before).isBetween(1L, 1_100L);
        assertThat(vmm.gpu().statistics().faults(GuestFaultKind.RATE_LIMITED)).isPositive();
        long limited = vmm.interrupts().messages();
        world.steps(40);
        assertThat(vmm.interrupts().messages()).isEqualTo(limited + 1);
    }
}
