package org.gpumediator.examples.kvmvmm.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.examples.common.linux.SealedMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GuestRamTest {

    private final FakeSlots slots = new FakeSlots();
    private final List<Integer> stops = new ArrayList<>();
    private final GuestRam ram =
            new GuestRam(
                    GuestRam.ofPc(2 << 20),
                    SharedMemory.Allocator.inProcess(),
                    slots,
                    action -> {
                        stops.add(slots.slots.size());
                        action.run();
                    });
    private final List<String> heard = new ArrayList<>();

    @AfterEach
    void close() {
        ram.close();
        assertThat(slots.slots).isEmpty();
    }

    private Registration track(long page) {
        return Objects.requireNonNull(
                ram.track(
                        page, (address, length) -> heard.add("%x+%d".formatted(address, length))));
    }

    @Test
    void track_setsThePageApart_andUntrackJoinsAgain() {
        Registration first = track(0x5000);
        Registration second = track(0x6000);

        assertThat(slots.map())
                .containsExactly("0+5000", "5000+1000 ro", "6000+1000 ro", "7000+1f9000");
        first.close();
        assertThat(slots.map()).containsExactly("0+6000", "6000+1000 ro", "7000+1f9000");
        second.close();
        assertThat(slots.map()).containsExactly("0+200000");
        assertThat(stops).as("changes with no processor in the guest").hasSize(4);
    }

    @Test
    void track_firstAndLastPage_leaveNoEmptySlot() {
        Registration first = track(0);
        Registration last = track(0x1f_f000);

        assertThat(slots.map()).containsExactly("0+1000 ro", "1000+1fe000", "1ff000+1000 ro");
        last.close();
        first.close();
        assertThat(slots.map()).containsExactly("0+200000");
    }

    @Test
    void track_twice_tellsBoth_andStaysUntilTheLast() {
        Registration one = track(0x5000);
        Registration two = track(0x5000);
        ram.cpuWrite(0x5ff8, 8, 42);
        one.close();
        one.close();
        ram.cpuWrite(0x5000, 1, 7);
        two.close();
        ram.cpuWrite(0x5000, 1, 8);

        assertThat(heard).containsExactly("5ff8+8", "5ff8+8", "5000+1");
        assertThat(ram.cpuRead(0x5000, 1)).isEqualTo(8);
        assertThat(ram.cpuRead(0x5ff8, 8)).isEqualTo(42);
    }

    @Test
    void track_withoutASlotLeft_isRefusedAndLeavesMemoryWhole() {
        slots.most = 2;

        assertThat(ram.track(0x5000, (address, length) -> {})).isNull();
        assertThat(slots.map()).containsExactly("0+200000");
    }

    @Test
    void track_whereNoMemoryIs_isRefused() {
        assertThat(ram.track(0x20_0000, (address, length) -> {})).isNull();
        assertThat(ram.track(0x800, (address, length) -> {})).isNull();
    }

    @Test
    void cpuAccesses_ofOddLengths_moveExactlyTheirBytes() {
        ram.cpuWrite(0x1000, 8, -1L);
        ram.cpuWrite(0x1001, 3, 0xab_cdef_0123L);

        assertThat(ram.cpuRead(0x1000, 8)).isEqualTo(0xffff_ffff_ef01_23ffL);
        assertThat(ram.cpuRead(0x1001, 7)).isEqualTo(0xff_ffff_ffef_0123L);
        assertThat(ram.cpuRead(0x20_0000, 3)).isEqualTo(0xff_ffff);
    }

    @Test
    void memoryAboveTheHole_isWhereFourGigabytesAre() {
        FakeSlots other = new FakeSlots();
        GuestRam large =
                new GuestRam(
                        GuestRam.ofPc(GuestRam.HOLE + (4 << 20)),
                        SealedMemory.allocator(),
                        other,
                        Runnable::run);
        assertThat(other.map()).containsExactly("0+b0000000", "100000000+400000");
        assertThat(large.lengthAboveHole()).isEqualTo(4 << 20);
        assertThat(large.holds(GuestRam.HOLE)).isFalse();
        large.cpuWrite(GuestRam.ABOVE_HOLE, 4, 5);
        assertThat(large.cpuRead(GuestRam.ABOVE_HOLE, 4)).isEqualTo(5);
        large.close();
    }
}
