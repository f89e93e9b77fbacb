package org.gpumediator.intel.gen7.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.haswell.BusFault;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A guest that has a whole Haswell. */
class PassThroughTest {

    private static final int STORED = 0x1234_5678;
    private static final int TARGET = 0x20_0000;
    private static final int COMMAND = 0x04;

    private final FakeHaswell gpu =
            FakeHaswell.builder()
                    .stolenBytes(0)
                    .mappableTable(SharedMemory.Allocator.inProcess())
                    .build();
    private final World world = new World(gpu, Map.of());
    private final FakeVmm vmm = FakeVmm.create();

    @AfterEach
    void close() {
        world.close();
        vmm.close();
    }

    private VirtualGpu passThrough() {
        return world.mediator.passThrough("a", vmm.port());
    }

    private NativeGuest guest(boolean messages) {
        vmm.plug(passThrough());
        return new NativeGuest(vmm).boot(messages);
    }

    @Test
    void work_ofTheGuest_storesAtGuestPhysicalAddressesAndInterrupts() {
        NativeGuest guest = guest(true);
        guest.map(1, TARGET);
        guest.store(0x1008, STORED);
        world.steps(2);
        assertThat(vmm.memory().cpuRead32(TARGET + 8)).isEqualTo(STORED);
        assertThat(vmm.interrupts().messages()).isEqualTo(1);
        assertThat(gpu.busFaults()).isEmpty();
        assertThat(vmm.gpu().statistics().counter("interrupts")).isEqualTo(1);
    }

    @Test
    void work_beyondTheGuestsMemory_isAFaultOfTheBusAndReachesNothing() {
        FakeVmm other = FakeVmm.create();
        long before = other.memory().fingerprint();
        long mapped =
                gpu.mapForDma(other.memory().regions().getFirst().segment(), DmaAccess.READ_WRITE);
        NativeGuest guest = guest(true);
        guest.map(1, 0x7000_0000);
        guest.map(2, mapped & 0xffff_f000L | mapped >>> 28 & 0x7f0);
        guest.store(0x1000, STORED);
        guest.store(0x2000, STORED);
        world.steps(2);
        assertThat(gpu.busFaults())
                .extracting(BusFault::kind)
                .containsOnly(BusFault.Kind.UNMAPPED)
                .hasSize(2);
        assertThat(other.memory().fingerprint()).isEqualTo(before);
        gpu.unmapForDma(mapped);
        other.close();
    }

    @Test
    void memory_thatTheVmmTakesAway_isReachedNoMore() {
        NativeGuest guest = guest(true);
        vmm.memory().addRam(0x4000_0000L, 4096);
        guest.map(1, 0x4000_0000L);
        guest.store(0x1000, STORED);
        world.steps(2);
        assertThat(vmm.memory().cpuRead32(0x4000_0000L)).isEqualTo(STORED);
        vmm.memory().remove(0x4000_0000L);
        guest.store(0x1000, STORED + 1);
        world.steps(2);
        assertThat(gpu.busFaults()).extracting(BusFault::kind).containsOnly(BusFault.Kind.UNMAPPED);
        vmm.memory().addRam(0x4000_0000L, 4096);
        guest.store(0x1000, STORED + 2);
        world.steps(2);
        assertThat(vmm.memory().cpuRead32(0x4000_0000L)).isEqualTo(STORED + 2);
    }

    @Test
    void line_isHeldUntilTheGuestHasTakenTheEvent() {
        NativeGuest guest = guest(false);
        guest.map(1, TARGET);
        guest.store(0x1000, STORED);
        world.steps(2);
        assertThat(vmm.lineActive()).isTrue();
        assertThat(vmm.configRead(0x06, 2) & 1 << 3).isNotZero();
        guest.registers().read32(0x4_4018);
        assertThat(vmm.lineActive()).isTrue();
        guest.acknowledge();
        assertThat(vmm.lineActive()).isFalse();
        assertThat(vmm.interrupts().violations()).isEmpty();
    }

    @Test
    void busMastering_isTheGuests() {
        NativeGuest guest = guest(true);
        guest.map(1, TARGET);
        int command = vmm.configRead(COMMAND, 2);
        vmm.configWrite(COMMAND, 2, command & ~4);
        guest.store(0x1000, STORED);
        world.steps(2);
        assertThat(vmm.memory().cpuRead32(TARGET)).isZero();
        vmm.configWrite(COMMAND, 2, command);
        world.steps(2);
        assertThat(vmm.memory().cpuRead32(TARGET)).isEqualTo(STORED);
    }

    @Test
    void table_isADirectWindow_thatTheEnginesSee() {
        NativeGuest guest = guest(true);
        List<DirectWindow> windows = vmm.gpu().bar(0).directWindows();
        assertThat(windows).hasSize(1);
        DirectWindow table = windows.getFirst();
        assertThat(table.offset()).isEqualTo(NativeGuest.TABLE);
        assertThat(table.length()).isEqualTo(2 << 20);
        table.backing().segment().set(ValueLayout.JAVA_INT, 4, TARGET | 1);
        assertThat(guest.registers().handler().read(NativeGuest.TABLE + 4, 4))
                .isEqualTo(TARGET | 1);
        guest.store(0x1000, STORED);
        world.steps(2);
        assertThat(vmm.memory().cpuRead32(TARGET)).isEqualTo(STORED);
    }

    @Test
    void reset_byTheVmm_clearsTheGpu() {
        for (ResetKind kind : ResetKind.values()) {
            FakeVmm each = FakeVmm.create();
            VirtualGpu vgpu = world.mediator.passThrough("a", each.port());
            NativeGuest guest = new NativeGuest(each.plug(vgpu)).boot(true);
            guest.map(1, TARGET);
            guest.store(0x1000, STORED);
            each.reset(kind);
            world.steps(2);
            assertThat(each.memory().cpuRead32(TARGET)).as("%s", kind).isZero();
            assertThat(vgpu.bar(0).handler().read(NativeGuest.TABLE + 4, 4)).isZero();
            assertThat(vgpu.state()).isNotEqualTo(VirtualGpuState.FAILED);
            guest.boot(true);
            each.close();
        }
    }

    @Test
    void passThrough_whileTheGpuIsShared_isRefusedAndNamesWhoSharesIt() {
        FakeVmm first = world.vmm("vm1", 64, 384);
        assertThatThrownBy(this::passThrough)
                .isInstanceOf(InsufficientResourceException.class)
                .hasMessageContaining("a: insufficient aperture")
                .hasMessageContaining("pass-through needs the whole GPU, shared by vm1");
        first.gpu().close();
        try (VirtualGpu whole = passThrough()) {
            assertThat(whole.type().name()).isEqualTo("pass-through");
            assertThat(world.mediator.inventory().holdings())
                    .extracting(Holding::owner)
                    .containsExactly("a");
        }
    }

    @Test
    void create_whileTheGpuIsPassedThrough_isRefusedAndNamesWhoHasIt() {
        VirtualGpu whole = passThrough();
        assertThatThrownBy(() -> world.vmm("vm1", 64, 384))
                .isInstanceOf(InsufficientResourceException.class)
                .hasMessageContaining("vm1: insufficient aperture")
                .hasMessageContaining("the whole GPU is passed through to a");
        assertThatThrownBy(() -> world.mediator.passThrough("b", vmm.port()))
                .isInstanceOf(InsufficientResourceException.class)
                .hasMessageContaining("shared by a");
        world.mediator
                .types()
                .forEach(type -> assertThat(world.mediator.availableInstances(type)).isZero());
        whole.close();
        world.boot("vm1", 64, 384);
    }

    @Test
    void close_givesTheGpuBack_andReachesNothingOfTheGuest() {
        NativeGuest guest = guest(true);
        guest.map(1, TARGET);
        guest.store(0x1000, STORED);
        vmm.gpu().close();
        world.steps(2);
        assertThat(vmm.memory().cpuRead32(TARGET)).isZero();
        assertThat(vmm.interrupts().messages()).isZero();
        world.boot("vm1", 64, 384);
        assertThat(gpu.busFaults()).isEmpty();
    }

    @Test
    void memory_thatThrows_failsTheGuestUntilItsReset() {
        VirtualGpu vgpu =
                world.mediator.passThrough(
                        "a", VmmPort.of(new ThrowingMemory(vmm.memory()), vmm.interrupts()));
        vmm.plug(vgpu);
        NativeGuest guest = new NativeGuest(vmm).boot(true);
        guest.map(1, ThrowingMemory.BAD_PAGE);
        guest.store(0x1000, STORED);
        world.steps(2);
        assertThat(vgpu.state()).isEqualTo(VirtualGpuState.FAILED);
        vgpu.reset(ResetKind.BUS);
        assertThat(vgpu.state()).isNotEqualTo(VirtualGpuState.FAILED);
    }
}
