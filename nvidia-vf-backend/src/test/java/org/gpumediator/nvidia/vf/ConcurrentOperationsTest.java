package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.InterruptRecorder;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.EngineWork;
import org.gpumediator.testkit.ada.FakeAda;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An operation that waits for its firmware task holds up no other virtual GPU's. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConcurrentOperationsTest {

    private static final long RESPONSE_PROCESSED = 0x1004;
    private static final int CPU_CONTROL = 0x11_1388;

    private final SteppedClock clock = new SteppedClock();
    private final FakeAda board = FakeAda.builder(AdaModel.L40).clock(clock).build();
    private final HookedBoard hooked = new HookedBoard();
    private final Mediator mediator =
            Mediator.builder(hooked.over(board))
                    .clock(clock)
                    .backend(new NvidiaVfBackendProvider())
                    .build();

    /** Whoever reads this word of the framebuffer stays there until it is let go. */
    private record Hold(long address, CountDownLatch reached, CountDownLatch released)
            implements HookedBoard.Hook {

        @Override
        public void before(int bar, long offset) throws InterruptedException {
            if (bar == 1 && offset == address) {
                reached.countDown();
                released.await();
            }
        }
    }

    private VirtualGpu create(String name) {
        return mediator.create(
                VgpuRequest.ofType(name, "L40-8Q"),
                VmmPort.of(new FakeGuestMemory(), new InterruptRecorder()));
    }

    private Hold holdAnswersOf(VirtualGpu vgpu) {
        ResourceRange heap = vgpu.partition().range(VfResources.PLUGIN_HEAP);
        Hold next =
                new Hold(
                        heap.start() + RESPONSE_PROCESSED,
                        new CountDownLatch(1),
                        new CountDownLatch(1));
        hooked.hook(next);
        return next;
    }

    private CompletableFuture<Void> heldAt(Hold held, Runnable operation) throws Exception {
        CompletableFuture<Void> done = CompletableFuture.runAsync(operation);
        assertThat(held.reached().await(30, TimeUnit.SECONDS)).isTrue();
        return done;
    }

    @Test
    void reset_heldByItsTask_letsEveryOperationOfOthersThrough() throws Exception {
        VirtualGpu a = create("a");
        VirtualGpu b = create("b");
        Hold held = holdAnswersOf(a);
        CompletableFuture<Void> reset = heldAt(held, () -> a.reset(ResetKind.BUS));

        b.reset(ResetKind.BUS);
        b.quiesce();
        b.resume();
        VirtualGpu c = create("c");
        c.bar(1).handler().write(0, 4, 5);
        assertThat(c.bar(1).handler().read(0, 4)).isEqualTo(5);
        c.close();
        mediator.step();
        assertThat(mediator.statistics().vgpus()).containsKeys("a", "b");
        b.close();
        assertThat(reset).as("the first one").isNotDone();

        held.released().countDown();
        reset.get(30, TimeUnit.SECONDS);
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
        a.close();
        mediator.close();
    }

    @Test
    void pause_heldByItsTask_letsOthersCloseAndBeCreated() throws Exception {
        VirtualGpu a = create("a");
        VirtualGpu b = create("b");
        Hold held = holdAnswersOf(b);
        CompletableFuture<Void> pause = heldAt(held, b::quiesce);
        a.close();
        VirtualGpu c = create("c");
        assertThat(c.partition().range(VfResources.framebuffer(AdaBoard.L40)))
                .isEqualTo(a.partition().range(VfResources.framebuffer(AdaBoard.L40)));
        assertThat(pause).isNotDone();
        held.released().countDown();
        pause.get(30, TimeUnit.SECONDS);
        assertThat(b.state()).isEqualTo(VirtualGpuState.QUIESCED);
        mediator.close();
    }

    /** Whoever waits for the firmware to cut work off stays there until it is let go. */
    private record HoldCutOff(FakeAda board, CountDownLatch reached, CountDownLatch released)
            implements HookedBoard.Hook {

        @Override
        public void before(int bar, long offset) throws InterruptedException {
            if (bar == 0
                    && offset == CPU_CONTROL
                    && board.takeOrders().contains("control 0x208011f0")) {
                reached.countDown();
                released.await();
            }
        }
    }

    @Test
    void cutOff_heldByTheFirmware_letsOthersComeAndGo() throws Exception {
        try (EngineRig rig = new EngineRig().busy(1, "L40-1Q")) {
            EngineRig.Guest hung = rig.add("L40-1Q").submits(EngineWork.hung());
            HoldCutOff hold =
                    new HoldCutOff(rig.rig.board, new CountDownLatch(1), new CountDownLatch(1));
            rig.rig.hooked.hook(hold);
            CompletableFuture<Void> steps =
                    CompletableFuture.runAsync(() -> rig.run(EngineRig.SECOND / 2));
            assertThat(hold.reached().await(30, TimeUnit.SECONDS)).isTrue();

            VirtualGpu next = rig.rig.create("next", "L40-1Q");
            assertThat(next.statistics().counters()).containsKey("engines.busy.nanos");
            rig.control().parameters(next.id(), SchedulingParameters.DEFAULT.withWeight(2));
            next.close();
            CompletableFuture<Void> closing = CompletableFuture.runAsync(hung.vgpu::close);
            assertThat(steps).as("the cut-off").isNotDone();

            hold.released().countDown();
            steps.get(30, TimeUnit.SECONDS);
            closing.get(30, TimeUnit.SECONDS);
            assertThat(rig.rig.mediator.statistics().counter("engines.cut-off")).isEqualTo(1);
            assertThat(rig.guests.getFirst().vgpu.state()).isEqualTo(VirtualGpuState.RUNNING);
        }
    }
}
