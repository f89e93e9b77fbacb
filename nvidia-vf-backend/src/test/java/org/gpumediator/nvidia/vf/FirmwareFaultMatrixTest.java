package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.Stoppable;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.schedule.EqualShare;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeGsp;
import org.gpumediator.testkit.ada.GspFault;
import org.gpumediator.testkit.ada.GspFaults;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fault of the firmware at every phase of every operation: the n-th request or message of the
 * operation goes wrong, for every n there is. What must come of it is the table in the package
 * description of {@code org.gpumediator.nvidia.vf.manager}.
 */
class FirmwareFaultMatrixTest {

    private static final long FRAMEBUFFER = 64 << 20;
    private static final int MOST_PHASES = 64;
    private static final long WATCH_NANOS = 2_000_000_000L;
    private static final long RETRY_NANOS = 61_000_000_000L;

    /** The firmware's number of that scheduler. */
    private static final long EQUAL_SHARE = 3;

    /** Faults of which nothing must be noticed. */
    private static final Set<GspFault> HARMLESS =
            Set.of(GspFault.EVENT_BEFORE_REPLY, GspFault.EVENT_STORM);

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
                    GspFault.DROPPED_MARKER,
                    GspFault.WRONG_VERSION,
                    GspFault.PLUGIN_CRASH,
                    GspFault.PLUGIN_ERROR,
                    GspFault.LOST_PLUGIN_REPLY,
                    GspFault.LATE_PLUGIN_REPLY,
                    GspFault.SCRUB_TIMEOUT,
                    GspFault.BOOTER_FAILS,
                    GspFault.NO_STATUS_QUEUE,
                    GspFault.NO_INIT_DONE);

    /** Faults of a conversation with the firmware task of one virtual GPU. */
    private static final Set<GspFault> OF_A_TASK =
            Set.of(
                    GspFault.PLUGIN_CRASH,
                    GspFault.PLUGIN_ERROR,
                    GspFault.LOST_PLUGIN_REPLY,
                    GspFault.LATE_PLUGIN_REPLY);

    /** Faults of the start of such a task. */
    private static final Set<GspFault> OF_A_START =
            Set.of(GspFault.DROPPED_MARKER, GspFault.WRONG_VERSION);

    /** Faults of the start of the firmware itself. */
    private static final Set<GspFault> OF_A_BOOT =
            Set.of(GspFault.BOOTER_FAILS, GspFault.NO_STATUS_QUEUE, GspFault.NO_INIT_DONE);

    /** The start of a firmware task is a phase of creating. */
    enum Operation {
        CREATE,
        STOP,
        CLOSE,
        RESET,
        PAUSE,
        RESUME,
        SAVE,
        RESTORE,
        BOARD_RESET;

        private static final Set<Operation> WITH_TASK =
                EnumSet.complementOf(EnumSet.of(STOP, CLOSE));
        private static final Set<Operation> WITH_START = EnumSet.of(CREATE, BOARD_RESET);
        private static final Set<Operation> WITH_SCRUB =
                EnumSet.of(CREATE, CLOSE, RESET, RESTORE, BOARD_RESET);
        private static final Set<Operation> WITH_FIRMWARE =
                EnumSet.of(CREATE, STOP, CLOSE, RESET, RESTORE, BOARD_RESET);

        /** Returns whether such a fault can happen to it at all. */
        boolean meets(GspFault fault) {
            if (OF_A_TASK.contains(fault)) {
                return WITH_TASK.contains(this);
            }
            if (OF_A_START.contains(fault)) {
                return WITH_START.contains(this);
            }
            if (OF_A_BOOT.contains(fault)) {
                return this == BOARD_RESET;
            }
            return (fault == GspFault.SCRUB_TIMEOUT ? WITH_SCRUB : WITH_FIRMWARE).contains(this);
        }
    }

    static Stream<Arguments> matrix() {
        return Stream.of(Operation.values())
                .flatMap(operation -> FAULTS.stream().map(fault -> Arguments.of(operation, fault)));
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void operation_faultAtEveryPhase_endsInADocumentedState(Operation operation, GspFault fault) {
        int phase = 0;
        while (phase < MOST_PHASES && new Case(operation, fault, phase).run()) {
            phase++;
        }
        assertThat(phase).as("phases where it can happen").isLessThan(MOST_PHASES);
        assertThat(phase > 0).as("happens at all").isEqualTo(operation.meets(fault));
    }

    private static VgpuRequest request(String name) {
        return VgpuRequest.ofQuotas(name, Map.of("framebuffer", FRAMEBUFFER));
    }

    /** One fault at one phase of one operation. */
    private static final class Case {

        private final Operation operation;
        private final GspFault fault;
        private final int phase;
        private final Rig rig = new Rig(AdaModel.L4, "placement-mode", "heterogeneous");
        private final GpuInventory empty = rig.mediator.inventory();
        private final Neighbour neighbour = new Neighbour(rig, request("neighbour"));
        private final GpuInventory withNeighbour = rig.mediator.inventory();
        private byte[] saved = {};
        private @Nullable VirtualGpu vgpu;

        Case(Operation operation, GspFault fault, int phase) {
            this.operation = operation;
            this.fault = fault;
            this.phase = phase;
        }

        private VirtualGpu vgpu() {
            VirtualGpu there = vgpu;
            assertThat(there).isNotNull();
            return there;
        }

        /** Returns whether the operation has such a phase. */
        boolean run() {
            try {
                prepare();
                rig.board.faults().inject(fault, GspFaults.ANY, phase, 1);
                Throwable failure = failureOf(this::perform);
                boolean happened = rig.board.faults().happened() > 0;
                rig.board.faults().clear();
                if (happened) {
                    checkAfter(failure);
                } else {
                    assertThat(failure).as(where()).isNull();
                }
                return happened;
            } catch (AssertionError wrong) {
                throw new AssertionError(where() + ": " + wrong.getMessage(), wrong);
            } finally {
                rig.board.faults().clear();
                rig.close();
            }
        }

        private String where() {
            return operation + ", " + fault + " at phase " + phase;
        }

        private static @Nullable Throwable failureOf(Runnable action) {
            try {
                action.run();
                return null;
            } catch (GpuMediationException failure) {
                return failure;
            }
        }

        private void prepare() {
            if (operation == Operation.CREATE) {
                return;
            }
            vgpu = rig.mediator.create(request("a"), rig.port());
            if (operation == Operation.BOARD_RESET) {
                rig.mediator
                        .ability(SchedulingControl.class)
                        .orElseThrow()
                        .policy(new EqualShare());
            }
            vgpu().bar(1).handler().write(0x4000, 8, 0x1122_3344_5566_7788L);
            if (operation == Operation.RESUME
                    || operation == Operation.SAVE
                    || operation == Operation.RESTORE) {
                vgpu().quiesce();
            }
            if (operation == Operation.RESTORE) {
                saved = save();
            }
        }

        private byte[] save() {
            try {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                vgpu().ability(Snapshottable.class).orElseThrow().save(out);
                return out.toByteArray();
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }

        private void restore() {
            try {
                ByteArrayInputStream in = new ByteArrayInputStream(saved);
                vgpu().ability(Snapshottable.class).orElseThrow().restore(in);
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }

        private void perform() {
            switch (operation) {
                case CREATE -> vgpu = rig.mediator.create(request("a"), rig.port());
                case STOP -> vgpu().ability(Stoppable.class).orElseThrow().stop();
                case CLOSE -> vgpu().close();
                case RESET -> vgpu().reset(ResetKind.BUS);
                case PAUSE -> vgpu().quiesce();
                case RESUME -> vgpu().resume();
                case SAVE -> assertThat(save()).isNotEmpty();
                case RESTORE -> restore();
                case BOARD_RESET -> {
                    rig.board.crashFirmware();
                    watch();
                }
            }
        }

        /** Lets the backend see whether the firmware still runs. */
        private void watch() {
            rig.clock.advanceNanos(WATCH_NANOS);
            rig.mediator.step();
        }

        private void checkAfter(@Nullable Throwable failure) {
            if (HARMLESS.contains(fault)) {
                assertThat(failure).isNull();
                assertThat(state())
                        .isEqualTo(
                                switch (operation) {
                                    case CREATE, RESET -> VirtualGpuState.CREATED;
                                    case CLOSE -> VirtualGpuState.CLOSED;
                                    case RESUME -> VirtualGpuState.RUNNING;
                                    case PAUSE, SAVE, RESTORE -> VirtualGpuState.QUIESCED;
                                    case STOP, BOARD_RESET -> VirtualGpuState.FAILED;
                                });
            }
            if (operation == Operation.BOARD_RESET) {
                checkBoardReset();
            } else if (fault == GspFault.CRASH) {
                watch();
                assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.RUNNING);
                assertThat(counter("gsp.restarts")).isEqualTo(1);
                neighbour.checkUpAgain();
            } else {
                assertThat(counter("gsp.restarts")).as("board restarts").isZero();
                neighbour.checkUntouched();
            }
            switch (operation) {
                case CREATE -> checkCreated(failure);
                case CLOSE -> {
                    assertThat(state()).isEqualTo(VirtualGpuState.CLOSED);
                    checkBooks(failure);
                }
                case BOARD_RESET -> {}
                default -> checkRecovers(failure);
            }
        }

        /** Sooner or later the board is up, everything is in its place, and time is shared. */
        private void checkBoardReset() {
            long restarts = counter("gsp.restarts");
            assertThat(restarts).isEqualTo(1);
            assertThat(state()).isEqualTo(VirtualGpuState.FAILED);
            rig.clock.advanceNanos(RETRY_NANOS);
            rig.mediator.step();
            watch();
            assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.RUNNING);
            if (HARMLESS.contains(fault) || OF_A_TASK.contains(fault)) {
                assertThat(counter("gsp.restarts")).isEqualTo(1);
            }
            assertThat(rig.board.occupation()).containsEntry("scheduler.policy", EQUAL_SHARE);
            neighbour.checkUpAgain();
            checkRecovers(null);
        }

        private VirtualGpuState state() {
            return vgpu().state();
        }

        private long counter(String name) {
            return rig.mediator.statistics().counters().getOrDefault(name, 0L);
        }

        private void checkCreated(@Nullable Throwable failure) {
            if (failure == null) {
                assertThat(HARMLESS).contains(fault);
                vgpu().close();
            }
            checkBooks(failure);
        }

        /** Everything is given back, at once or when what was left of it is undone in a step. */
        private void checkBooks(@Nullable Throwable failure) {
            long lost = counter("mediator.lost-shares");
            if (failure instanceof ShareLostException) {
                assertThat(lost).isEqualTo(1);
                for (int i = 0; i < 2; i++) {
                    watch();
                }
                assertThat(counter("mediator.reclaimed-shares")).isEqualTo(1);
            } else {
                assertThat(lost).isZero();
            }
            assertThat(rig.mediator.inventory()).isEqualTo(withNeighbour);
            assertThat(rig.board.plugin(2)).isEqualTo("FREE");
            VirtualGpu next = rig.mediator.create(request("next"), rig.port());
            checkScrubbed(next);
            next.close();
            neighbour.vgpu.close();
            assertThat(rig.mediator.inventory()).isEqualTo(empty);
            assertThat(rig.board.occupation())
                    .containsEntry("plugins", 0L)
                    .containsEntry("channels", 0L);
        }

        private void checkScrubbed(VirtualGpu owner) {
            var range = owner.partition().range(VfResources.framebuffer(AdaBoard.L4));
            assertThat(rig.board.isZero(range.start(), range.length())).as("scrubbed").isTrue();
        }

        /** Whatever has become of it, a reset brings it back in its place. */
        private void checkRecovers(@Nullable Throwable failure) {
            switch (operation) {
                case SAVE, STOP -> assertThat(failure == null).isEqualTo(HARMLESS.contains(fault));
                // Its own reset has already repaired what went wrong before the stream was read.
                case RESTORE ->
                        assertThat(state() == VirtualGpuState.QUIESCED || failure != null).isTrue();
                default -> assertThat(failure).isNull();
            }
            if (fault == GspFault.CRASH
                    || operation == Operation.STOP
                    || operation == Operation.BOARD_RESET
                    || OF_A_TASK.contains(fault)
                            && operation != Operation.RESET
                            && operation != Operation.SAVE
                            && operation != Operation.RESTORE) {
                assertThat(state()).isEqualTo(VirtualGpuState.FAILED);
            }
            var place = vgpu().partition();
            vgpu().reset(ResetKind.BUS);
            if (state() == VirtualGpuState.QUIESCED) {
                vgpu().resume();
            }
            assertThat(state()).isEqualTo(VirtualGpuState.CREATED);
            assertThat(vgpu().partition()).isEqualTo(place);
            assertThat(rig.board.plugin(2)).isEqualTo("ACTIVE");
            checkScrubbed(vgpu());
            vgpu().bar(1).handler().write(0, 4, 7);
            assertThat(vgpu().bar(1).handler().read(0, 4)).isEqualTo(7);
            vgpu().close();
            checkBooks(null);
        }
    }
}
