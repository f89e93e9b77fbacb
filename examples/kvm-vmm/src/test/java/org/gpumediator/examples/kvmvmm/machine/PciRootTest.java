package org.gpumediator.examples.kvmvmm.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A virtual GPU of the fake Haswell at device 2 of a root bus without processors. */
final class PciRootTest {

    private static final int FUNCTION_2 = 2 << 3;

    private final AtomicInteger resets = new AtomicInteger();
    private final PciRoot root = new PciRoot(resets::incrementAndGet);
    private final TrapHandler ports = root.ports();
    private final TrapHandler ecam = root.ecam();
    private final AddressMap memory = new AddressMap();
    private final AddressMap portMap = new AddressMap();
    private final FakeSlots slots = new FakeSlots();
    private final Mediator mediator =
            Mediator.builder(FakeHaswell.create()).option("gtt", "relaxed").build();
    private final VirtualGpu vgpu =
            mediator.create(
                    VgpuRequest.ofQuotas("a", Map.of("aperture", 64L << 20, "hidden", 128L << 20)),
                    VmmPort.of(GuestMemory.none(), InterruptSink.none()));
    private final PciSlot slot = PciSlot.of(vgpu, memory, portMap, slots);

    PciRootTest() {
        root.plug(2, slot);
    }

    @AfterEach
    void close() {
        slot.close();
        assertThat(slots.slots).isEmpty();
        mediator.close();
    }

    private void select(int register) {
        ports.write(0, 4, 1L << 31 | FUNCTION_2 << 8 | register & 0xfc);
    }

    private void configWrite(int register, int width, long value) {
        select(register);
        ports.write(4 + (register & 3), width, value);
    }

    @Test
    void ports_andMemory_showTheSameSpace() {
        select(0);
        assertThat(ports.read(4, 4)).isEqualTo(0x0412_8086);
        assertThat(ports.read(6, 2)).isEqualTo(0x0412);
        assertThat(ports.read(5, 1)).isEqualTo(0x80);
        assertThat(ports.read(0, 4)).isEqualTo(0x8000_1000L);
        assertThat(ecam.read(FUNCTION_2 << 12, 4)).isEqualTo(0x0412_8086);
        assertThat(ecam.read((FUNCTION_2 << 12) + 2, 1)).isEqualTo(0x12);
    }

    @Test
    void absentFunctions_readAsOnes() {
        ports.write(0, 4, 1L << 31 | 3 << 11);
        assertThat(ports.read(4, 4)).isEqualTo(0xffff_ffffL);
        assertThat(ports.read(4, 2)).isEqualTo(0xffff);
        ports.write(0, 4, FUNCTION_2 << 8);
        assertThat(ports.read(4, 4)).as("not enabled").isEqualTo(0xffff_ffffL);
        ports.write(0, 4, 1L << 31 | 1 << 16 | FUNCTION_2 << 8);
        assertThat(ports.read(4, 4)).as("another bus").isEqualTo(0xffff_ffffL);
        assertThat(ecam.read(3 << 15, 8)).isEqualTo(-1);
    }

    @Test
    void resetControl_liesAmongThePorts() {
        ports.write(1, 1, 2);
        assertThat(resets).hasValue(0);
        ports.write(1, 1, 6);
        assertThat(resets).hasValue(1);
        ports.write(0, 4, 0x600);
        assertThat(resets).hasValue(1);
    }

    @Test
    void bars_areWhereTheGuestPutsThem_withTheirWindows() {
        new BarPlacement().place(slot);
        long bar0 = slot.placement(0);
        assertThat(bar0).as("before decoding is on").isEqualTo(-1);

        configWrite(4, 2, 7);
        bar0 = slot.placement(0);
        assertThat(bar0).isBetween(BarPlacement.LOW, BarPlacement.LOW_END);
        assertThat(memory.read(bar0 + 0x78000, 4)).isNotEqualTo(0xffff_ffffL);
        assertThat(vgpu.bar(0).directWindows()).as("windows of BAR 0").hasSize(1);
        long window = bar0 + vgpu.bar(0).directWindows().getFirst().offset();
        assertThat(slots.map()).anyMatch(line -> line.startsWith("%x+".formatted(window)));

        configWrite(0x10, 4, 0xf800_0000L);
        assertThat(slot.placement(0)).isEqualTo(0xf800_0000L);
        assertThat(memory.answers(bar0)).isFalse();
        assertThat(memory.answers(0xf800_0000L)).isTrue();
        assertThat(slots.map()).noneMatch(line -> line.startsWith("%x+".formatted(window)));

        configWrite(4, 2, 0);
        assertThat(memory.answers(0xf800_0000L)).isFalse();
        assertThat(slots.slots).isEmpty();
    }

    @Test
    void bars_thatAGuestPutsOverMemory_onlyLoseTheirWindows() {
        new BarPlacement().place(slot);
        int ram = slots.map(0, 1L << 31, 0, false);
        configWrite(0x10, 4, 0x1000_0000L);

        configWrite(4, 2, 7);

        assertThat(slots.map()).hasSizeGreaterThanOrEqualTo(1).contains("0+80000000");
        assertThat(memory.answers(0x1000_0000L)).isTrue();
        slots.unmap(ram);
    }

    @Test
    void placement_alignsAndTakesTheRoomAboveWhenThatBelowIsFull() {
        BarPlacement placement = new BarPlacement();
        for (int i = 0; i < 4; i++) {
            placement.place(slot);
        }
        configWrite(4, 2, 7);

        for (TrapRegion region : vgpu.regions()) {
            long base = slot.placement(region.index());
            assertThat(base & region.length() - 1).as("alignment of %s", region).isZero();
            if (region.length() >= 256 << 20 && region.kind() != BarKind.PORT_IO) {
                assertThat(base).isBetween(BarPlacement.HIGH, BarPlacement.HIGH_END);
            }
        }
    }
}
