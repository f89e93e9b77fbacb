package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.nvidia.vf.EngineRig.MS;
import static org.gpumediator.nvidia.vf.EngineRig.SECOND;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.gpumediator.api.Registration;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.ada.EngineWork;
import org.gpumediator.testkit.ada.GspFault;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A VMM that breaks under its guest: its interrupts or its memory throw. That virtual function
 * fails, leaves the engine and is told; nobody else notices, and a reset ends it.
 */
class FailingVmmTest {

    private static final int SHUT_DOWN = 0x2080_4002;
    private static final int GFID = 1;

    enum Thrown {
        EXCEPTION {
            @Override
            void now() {
                throw new IllegalStateException("the VMM is gone");
            }
        },
        ERROR {
            @Override
            void now() {
                throw new InternalError("the memory is gone");
            }
        };

        abstract void now();
    }

    private @Nullable Thrown thrown;
    private int delivered;
    private Runnable onInterrupt = () -> {};
    private final EngineRig rig = new EngineRig();
    private final EngineRig.Guest bad =
            rig.add(
                    "L40-1Q",
                    VmmPort.of(
                            new NoMemory(),
                            vector -> {
                                fail();
                                delivered++;
                                onInterrupt.run();
                            }));
    private final EngineRig.Guest good = rig.add("L40-1Q");
    private final Neighbour neighbour =
            new Neighbour(rig.rig, VgpuRequest.ofType("neighbour", "L40-1Q"));

    @AfterEach
    void close() {
        thrown = null;
        rig.close();
    }

    private void fail() {
        if (thrown != null) {
            thrown.now();
        }
    }

    /** Memory that throws whatever is asked of it. */
    private static final class NoMemory implements GuestMemory {

        private static AssertionError asked() {
            return new AssertionError("a virtual function needs no memory of its guest's");
        }

        @Override
        public Region regionAt(long guestPhysicalAddress) {
            throw asked();
        }

        @Override
        public boolean read(long guestPhysicalAddress, MemorySegment target) {
            throw asked();
        }

        @Override
        public boolean write(long guestPhysicalAddress, MemorySegment source) {
            throw asked();
        }

        @Override
        public Registration listen(RegionListener listener) {
            throw asked();
        }
    }

    private void enableInterrupts(VirtualGpu vgpu) {
        vgpu.configSpace().write(0x04, 2, 6);
        vgpu.bar(0).handler().write(0x1_0000, 4, 0xfee0_0000L);
        vgpu.bar(0).handler().write(0x1_000c, 4, 0);
        vgpu.configSpace().write(0x7e, 2, 0x8000);
        vgpu.bar(0).handler().write(0x1200, 4, 1);
        vgpu.bar(0).handler().write(0x1608, 4, 1);
    }

    private void interrupt() {
        rig.rig.board.raise(GFID - 1, 0, 0);
        bad.vgpu.bar(0).handler().write(0x1000, 4, 1);
    }

    private static <T> T elsewhere(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, task -> new Thread(task).start())
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void interrupt_isToldWithNoLockHeld() {
        enableInterrupts(bad.vgpu);
        onInterrupt =
                () -> {
                    assertThat(elsewhere(() -> bad.vgpu.bar(0).handler().read(0, 4)))
                            .isNotEqualTo(0xffff_ffffL);
                    assertThat(elsewhere(() -> bad.vgpu.configSpace().read(0, 2)))
                            .isEqualTo(0x10de);
                    assertThat(elsewhere(() -> good.vgpu.bar(0).handler().read(0, 4)))
                            .isNotEqualTo(0xffff_ffffL);
                    assertThat(elsewhere(() -> rig.rig.mediator.step())).isPositive();
                };
        interrupt();
        rig.run(MS);
        assertThat(delivered).isEqualTo(1);
        assertThat(bad.counter("failures")).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void interruptsThatThrow_failTheirVirtualFunctionAlone(Thrown kind) {
        enableInterrupts(bad.vgpu);
        bad.submits(EngineWork.endless());
        good.submits(EngineWork.endless());
        interrupt();
        assertThat(delivered).isEqualTo(1);
        rig.run(100 * MS);

        thrown = kind;
        for (int i = 0; i < 20; i++) {
            interrupt();
        }
        assertThat(bad.vgpu.state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(bad.counter("failures")).isEqualTo(1);
        assertThat(bad.vgpu.bar(0).handler().read(0, 4)).isEqualTo(0xffff_ffffL);
        rig.run(100 * MS);
        long[] before = rig.busy();
        rig.run(SECOND);
        assertThat(bad.busy()).as("it has left the engine").isEqualTo(before[0]);
        assertThat(good.busy() - before[1]).isGreaterThan(990 * MS);
        assertThat(rig.rig.mediator.statistics().counters()).containsEntry("gsp.restarts", 0L);
        neighbour.checkUntouched();

        thrown = null;
        bad.vgpu.reset(ResetKind.FUNCTION_LEVEL);
        assertThat(bad.vgpu.state()).isEqualTo(VirtualGpuState.CREATED);
        enableInterrupts(bad.vgpu);
        interrupt();
        assertThat(delivered).isEqualTo(2);
        bad.submits(EngineWork.endless());
        rig.run(SECOND);
        assertThat(bad.busy() - before[0]).isGreaterThan(480 * MS);
        neighbour.checkUntouched();
    }

    @Test
    void interruptsThatThrow_whileTheFirmwareDoesNotStopTheTask_keepTheGuestOff() {
        enableInterrupts(bad.vgpu);
        rig.rig.board.faults().inject(GspFault.ERROR_STATUS, SHUT_DOWN);
        thrown = Thrown.ERROR;
        interrupt();
        rig.run(100 * MS);
        assertThat(bad.vgpu.state()).isEqualTo(VirtualGpuState.FAILED);
        bad.ring(0);
        assertThat(rig.rig.board.doorbells(bad.gfid)).isZero();
        neighbour.checkUntouched();
        thrown = null;
        bad.vgpu.reset(ResetKind.BUS);
        assertThat(bad.vgpu.state()).isEqualTo(VirtualGpuState.CREATED);
    }

    @Test
    void memoryThatThrows_isNeverAskedInAWholeLife() throws IOException {
        bad.submits(EngineWork.of(MS));
        rig.run(SECOND);
        bad.vgpu.quiesce();
        Snapshottable snapshots = bad.vgpu.ability(Snapshottable.class).orElseThrow();
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        snapshots.save(saved);
        snapshots.restore(new ByteArrayInputStream(saved.toByteArray()));
        bad.vgpu.resume();
        bad.vgpu.reset(ResetKind.LOST_CLIENT);
        assertThat(bad.counter("failures")).isZero();
        bad.vgpu.close();
    }

    @Test
    void workThatIsCutOffTooOften_isKeptOffUntilItIsReset() {
        try (EngineRig other = new EngineRig()) {
            EngineRig.Guest guest = other.add("L40-1Q");
            other.add("L40-1Q").submits(EngineWork.endless());
            for (int i = 0; guest.vgpu.state() != VirtualGpuState.FAILED && i < 10; i++) {
                guest.submitsOn(i, EngineWork.hung());
                other.run(SECOND);
            }
            assertThat(guest.vgpu.state()).isEqualTo(VirtualGpuState.FAILED);
            long rung = other.rig.board.doorbells(guest.gfid);
            guest.ring(0);
            assertThat(other.rig.board.doorbells(guest.gfid)).isEqualTo(rung);
            guest.vgpu.reset(ResetKind.BUS);
            guest.ring(0);
            assertThat(other.rig.board.doorbells(guest.gfid)).isPositive();
        }
    }
}
