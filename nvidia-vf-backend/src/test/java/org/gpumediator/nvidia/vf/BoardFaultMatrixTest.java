package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.spi.HostPower;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.InterruptRecorder;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.ada.FakeGsp;
import org.gpumediator.testkit.ada.GspFault;
import org.gpumediator.testkit.ada.GspFaults;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fault of the firmware at every phase of what is done to a board as a whole: taking it over,
 * giving it back, putting it to sleep, waking it. It is up and works, or it is down and nothing of
 * it is held; and the next try finds it as if nothing had been.
 */
class BoardFaultMatrixTest {

    private static final int MOST_PHASES = 32;
    private static final int SRIOV_CONTROL = 0xbd4;

    private static final Set<GspFault> HARMLESS =
            EnumSet.of(GspFault.EVENT_BEFORE_REPLY, GspFault.EVENT_STORM);

    private static final Set<GspFault> OF_A_BOOT =
            EnumSet.of(GspFault.BOOTER_FAILS, GspFault.NO_STATUS_QUEUE, GspFault.NO_INIT_DONE);

    private static final List<GspFault> FAULTS =
            List.of(
                    GspFault.LOST_REPLY,
                    GspFault.LATE_REPLY,
                    GspFault.BAD_CHECKSUM,
                    GspFault.WRONG_SEQUENCE,
                    GspFault.ERROR_STATUS,
                    GspFault.CRASH,
                    GspFault.EVENT_BEFORE_REPLY,
                    GspFault.EVENT_STORM,
                    GspFault.BOOTER_FAILS,
                    GspFault.NO_STATUS_QUEUE,
                    GspFault.NO_INIT_DONE);

    enum Operation {
        OPEN,
        CLOSE,
        SLEEP,
        WAKE
    }

    static Stream<Arguments> matrix() {
        return Stream.of(Operation.values())
                .flatMap(operation -> FAULTS.stream().map(fault -> Arguments.of(operation, fault)));
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void board_faultAtEveryPhase_isUpOrDownAndTheNextTryWorks(Operation operation, GspFault fault) {
        int phase = 0;
        while (phase < MOST_PHASES && new Case(operation, fault, phase).run()) {
            phase++;
        }
        boolean boots = operation == Operation.OPEN || operation == Operation.WAKE;
        assertThat(phase).as("phases").isLessThan(MOST_PHASES);
        assertThat(phase > 0).as("happens").isEqualTo(boots || !OF_A_BOOT.contains(fault));
    }

    private static final class Case {

        private final Operation operation;
        private final GspFault fault;
        private final int phase;
        private final SteppedClock clock = new SteppedClock();
        private final FakeAda board = FakeAda.builder(AdaModel.L4).clock(clock).build();
        private @Nullable Mediator mediator;

        Case(Operation operation, GspFault fault, int phase) {
            this.operation = operation;
            this.fault = fault;
            this.phase = phase;
        }

        boolean run() {
            try {
                prepare();
                board.faults().inject(fault, GspFaults.ANY, phase, 1);
                GpuMediationException failure = failureOf(this::perform);
                boolean happened = board.faults().happened() > 0;
                board.faults().clear();
                if (!happened || HARMLESS.contains(fault)) {
                    assertThat(failure).isNull();
                }
                check(failure);
                return happened;
            } catch (AssertionError wrong) {
                throw new AssertionError(
                        operation + ", " + fault + " at phase " + phase + ": " + wrong.getMessage(),
                        wrong);
            }
        }

        private static @Nullable GpuMediationException failureOf(Runnable action) {
            try {
                action.run();
                return null;
            } catch (GpuMediationException failure) {
                return failure;
            }
        }

        private void open() {
            mediator =
                    Mediator.builder(board)
                            .clock(clock)
                            .backend(new NvidiaVfBackendProvider())
                            .build();
        }

        private Mediator mediator() {
            Mediator there = mediator;
            assertThat(there).isNotNull();
            return there;
        }

        private HostPower power() {
            return mediator().ability(HostPower.class).orElseThrow();
        }

        private void prepare() {
            if (operation != Operation.OPEN) {
                open();
            }
            if (operation == Operation.WAKE) {
                power().sleep();
            }
        }

        private void perform() {
            switch (operation) {
                case OPEN -> open();
                case CLOSE -> mediator().close();
                case SLEEP -> power().sleep();
                case WAKE -> power().wake();
            }
        }

        private void check(@Nullable GpuMediationException failure) {
            boolean up =
                    failure == null && (operation == Operation.OPEN || operation == Operation.WAKE);
            if (!up) {
                checkDown();
            }
            switch (operation) {
                case OPEN -> {
                    if (failure != null) {
                        assertThat(mediator).isNull();
                        open();
                    }
                }
                case CLOSE -> open();
                case SLEEP, WAKE -> power().wake();
            }
            checkWorks();
            mediator().close();
            checkDown();
        }

        private void checkDown() {
            assertThat(board.firmware()).isEqualTo(FakeGsp.State.OFF);
            assertThat(board.readConfig(SRIOV_CONTROL, 2) & 1).as("functions").isZero();
            assertThat(board.occupation()).containsEntry("dma.mappings", 0L);
        }

        private void checkWorks() {
            assertThat(board.firmware()).isEqualTo(FakeGsp.State.RUNNING);
            try (FakeGuestMemory memory = new FakeGuestMemory()) {
                VirtualGpu vgpu =
                        mediator()
                                .create(
                                        VgpuRequest.ofType("a", "L4-4Q"),
                                        VmmPort.of(memory, new InterruptRecorder()));
                assertThat(vgpu.state()).isEqualTo(VirtualGpuState.CREATED);
                assertThat(board.plugin(1)).isEqualTo("ACTIVE");
                vgpu.close();
            }
        }
    }
}
