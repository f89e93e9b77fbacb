package org.gpumediator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;
import org.mockito.Mockito;

final class CoreVirtualGpuTest {

    private final PaperBackend.Provider provider = new PaperBackend.Provider();
    private final MediationListener listener = Mockito.mock(MediationListener.class);
    private final Mediator mediator =
            Mediator.builder(PaperGpu.of(0x1234, 1))
                    .backend(provider)
                    .clock(() -> 0)
                    .listener(listener)
                    .build();
    private final VirtualGpu vgpu =
            mediator.create(
                    VgpuRequest.ofType("vm1", "Paper S"),
                    VmmPort.of(Mockito.mock(GuestMemory.class), InterruptSink.none()));
    private final PaperBackend.Model model = provider.backend().models.getFirst();
    private final TrapHandler bar = vgpu.bar(0).handler();

    @AfterEach
    void close() {
        mediator.close();
    }

    @Test
    void life_fromCreationToClose_goesThroughItsStates() {
        assertThat(vgpu.state()).isEqualTo(VirtualGpuState.CREATED);
        bar.write(0, 4, 5);
        assertThat(vgpu.state()).isEqualTo(VirtualGpuState.RUNNING);
        vgpu.quiesce();
        vgpu.quiesce();
        assertThat(vgpu.state()).isEqualTo(VirtualGpuState.QUIESCED);
        assertThat(bar.read(0, 4)).isEqualTo(5);
        vgpu.resume();
        vgpu.resume();
        assertThat(vgpu.state()).isEqualTo(VirtualGpuState.RUNNING);
        model.failed = true;
        assertThat(vgpu.state()).isEqualTo(VirtualGpuState.FAILED);
        vgpu.reset(ResetKind.BUS);
        assertThat(vgpu.state()).isEqualTo(VirtualGpuState.CREATED);
        vgpu.close();
        vgpu.close();
        assertThat(vgpu.state()).isEqualTo(VirtualGpuState.CLOSED);
        assertThat(model.modelCalls).containsExactly("quiesce", "resume", "reset BUS", "close");
        InOrder told = Mockito.inOrder(listener);
        told.verify(listener)
                .stateChanged("vm1", VirtualGpuState.CREATED, VirtualGpuState.QUIESCED);
        told.verify(listener)
                .stateChanged("vm1", VirtualGpuState.QUIESCED, VirtualGpuState.RUNNING);
        told.verify(listener).vgpuReset("vm1", ResetKind.BUS);
        told.verify(listener).stateChanged("vm1", VirtualGpuState.RUNNING, VirtualGpuState.CREATED);
        told.verify(listener).stateChanged("vm1", VirtualGpuState.CREATED, VirtualGpuState.CLOSED);
        told.verifyNoMoreInteractions();
    }

    @Test
    void access_afterClose_readsOnesAndWritesNothing() {
        bar.write(0, 8, 5);
        vgpu.close();
        assertThat(bar.read(0, 1)).isEqualTo(0xff);
        assertThat(bar.read(0, 2)).isEqualTo(0xffff);
        assertThat(bar.read(0, 4)).isEqualTo(0xffff_ffffL);
        assertThat(bar.read(0, 8)).isEqualTo(-1);
        assertThat(bar.read(-5, 3)).isEqualTo(0xff_ffff);
        bar.write(0, 8, 6);
        bar.writeBlock(0, MemorySegment.ofArray(new byte[16]));
        assertThat(model.register).isEqualTo(5);
        byte[] block = new byte[11];
        bar.readBlock(1, MemorySegment.ofArray(block));
        assertThat(block).containsOnly(0xff);
        byte[] string = new byte[8];
        bar.readString(4, 2, TrapHandler.StringDirection.DESCENDING, MemorySegment.ofArray(string));
        assertThat(string).containsOnly(0xff);

        assertThat(vgpu.configSpace().read(0, 4)).isEqualTo(-1);
        assertThat(vgpu.configSpace().read(0, 2)).isEqualTo(0xffff);
        assertThat(vgpu.configSpace().write(4, 2, 7)).isEmpty();
        assertThat(vgpu.configSpace().barAddress(0)).isEmpty();
        byte[] ones = new byte[256];
        Arrays.fill(ones, (byte) 0xff);
        assertThat(vgpu.configSpace().snapshot()).isEqualTo(ones);
        assertThat(vgpu.interrupts().mode()).isEqualTo(MessageInterrupts.Mode.NONE);
        assertThat(vgpu.interrupts().msiVectors()).isEqualTo(1);
        assertThatThrownBy(() -> vgpu.interrupts().messageData(0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void access_whileOpen_reachesTheModel() {
        assertThat(vgpu.configSpace().read(0, 4)).isEqualTo(0x11);
        assertThat(vgpu.configSpace().write(4, 2, 7)).hasSize(1);
        assertThat(vgpu.configSpace().length()).isEqualTo(256);
        assertThat(vgpu.interrupts().mode()).isEqualTo(MessageInterrupts.Mode.MSI);
        assertThat(vgpu.interrupts().messageData(0)).isEqualTo(0x41);
        bar.writeBlock(0, MemorySegment.ofArray(new byte[] {1, 2, 3, 4}));
        assertThat(model.register).isEqualTo(0x0403_0201L);
    }

    @Test
    void operations_afterClose_areRefusedButStatisticsStay() {
        bar.write(0, 4, 12);
        vgpu.close();
        model.register = 13;
        assertThat(vgpu.statistics().counter("register")).isEqualTo(12);
        assertThat(vgpu.ability(Snapshottable.class)).isEmpty();
        for (Runnable operation :
                List.<Runnable>of(vgpu::quiesce, vgpu::resume, () -> vgpu.reset(ResetKind.BUS))) {
            assertThatThrownBy(operation::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("vm1 is closed");
        }
        assertThat(mediator.inventory().holdings()).isEmpty();
    }

    @Test
    void handlerThatThrows_isAnsweredWithOnesAndCounted() {
        model.failsToTrap = new IllegalStateException("broken");
        assertThat(bar.read(0, 2)).isEqualTo(0xffff);
        bar.write(0, 4, 1);
        byte[] block = new byte[3];
        bar.readBlock(0, MemorySegment.ofArray(block));
        assertThat(block).containsOnly(0xff);
        assertThat(vgpu.statistics().counter("trap.errors")).isEqualTo(3);
    }

    @Test
    void handlerThatThrowsAnError_isAnsweredWithOnesAndCounted() {
        model.errorInTrap = new InternalError("broken");
        assertThat(bar.read(0, 2)).isEqualTo(0xffff);
        bar.write(0, 4, 1);
        assertThat(vgpu.statistics().counter("trap.errors")).isEqualTo(2);
    }

    @Test
    void statistics_whileItCloses_areThoseItHadBefore() {
        bar.write(0, 4, 12);
        List<Long> seen = new ArrayList<>();
        model.onClose =
                () -> {
                    model.onStatistics =
                            () -> {
                                throw new IllegalStateException("half closed");
                            };
                    seen.add(vgpu.statistics().counter("register"));
                    seen.add((long) mediator.statistics().vgpus().size());
                };
        vgpu.close();
        assertThat(seen).containsExactly(12L, 1L);
    }

    @Test
    void statistics_ofOneThatClosesMeanwhile_areThoseItHadBefore() {
        bar.write(0, 4, 12);
        model.onStatistics =
                () -> {
                    model.onStatistics = () -> {};
                    vgpu.close();
                    throw new IllegalStateException("half closed");
                };
        assertThat(vgpu.statistics().counter("register")).isEqualTo(12);
        assertThat(vgpu.state()).isEqualTo(VirtualGpuState.CLOSED);
    }

    @Test
    void snapshot_ofOneThatIsNotQuiesced_isRefused() throws Exception {
        Snapshottable snapshots = vgpu.ability(Snapshottable.class).orElseThrow();
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        assertThatThrownBy(() -> snapshots.save(target))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("vm1 is CREATED: expected QUIESCED to be saved");
        vgpu.quiesce();
        snapshots.save(target);
        assertThat(model.modelCalls).contains("save");
        vgpu.close();
        assertThatThrownBy(() -> snapshots.save(target)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void ability_unknown_isEmpty() {
        assertThat(vgpu.ability(Comparable.class)).isEmpty();
    }

    @Test
    void lifecycle_onManyThreads_neverOverlapsInTheModel() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        model.onReset =
                () -> {
                    if (inside.incrementAndGet() != 1) {
                        overlaps.incrementAndGet();
                    }
                    Thread.yield();
                    inside.decrementAndGet();
                };
        CountDownLatch start = new CountDownLatch(1);
        Runnable resets =
                () -> {
                    try {
                        start.await();
                        for (int i = 0; i < 300; i++) {
                            vgpu.reset(ResetKind.FUNCTION_LEVEL);
                        }
                    } catch (IllegalStateException closed) {
                        assertThat(vgpu.state()).isEqualTo(VirtualGpuState.CLOSED);
                    } catch (InterruptedException never) {
                        throw new AssertionError(never);
                    }
                };
        List<Thread> threads = List.of(new Thread(resets), new Thread(resets), new Thread(resets));
        threads.forEach(Thread::start);
        start.countDown();
        while (model.modelCalls.size() < 50) {
            Thread.onSpinWait();
        }
        vgpu.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(overlaps).hasValue(0);
        assertThat(model.modelCalls.getLast()).isEqualTo("close");
    }

    @Test
    void close_whileTrapsArrive_answersEachOfThemAndThenOnes() throws Exception {
        bar.write(0, 4, 5);
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch started = new CountDownLatch(3);
        Runnable guest =
                () -> {
                    boolean gone = false;
                    started.countDown();
                    for (int after = 0; after < 100; after += gone ? 1 : 0) {
                        long value = bar.read(0, 4);
                        // Once it has read ones it must never see the model again.
                        if (value != 0xffff_ffffL && (gone || value != 5)) {
                            wrong.incrementAndGet();
                        }
                        gone |= value == 0xffff_ffffL;
                        bar.write(0, 4, 5);
                        vgpu.configSpace().read(0, 4);
                    }
                };
        List<Thread> threads = List.of(new Thread(guest), new Thread(guest), new Thread(guest));
        threads.forEach(Thread::start);
        started.await();
        vgpu.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).hasValue(0);
    }
}
