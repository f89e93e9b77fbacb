package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.VirtualGpu;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeGsp;
import org.gpumediator.testkit.ada.GspFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of everything when the firmware goes wrong at each point of each operation. */
class FirmwareFaultsTest {

    private static final int ANY = -1;
    private static final int ALLOC = 103;
    private static final int FREE = 10;
    private static final int BOOTLOAD = 0x2080_4001;
    private static final int SHUT_DOWN = 0x2080_4002;
    private static final int CLEAN_UP = 0x2080_4008;
    private static final int ENCODER = 0x2080_4007;

    private static final int[] CREATE_REQUESTS = {ALLOC, BOOTLOAD, ENCODER, FREE};
    private static final int[] DESTROY_REQUESTS = {SHUT_DOWN, CLEAN_UP, FREE, ALLOC};
    private static final int[] CREATE_MESSAGES = {1, 2, 13};

    private static final GspFault[] CALL_FAULTS = {
        GspFault.LOST_REPLY,
        GspFault.LATE_REPLY,
        GspFault.BAD_CHECKSUM,
        GspFault.WRONG_SEQUENCE,
        GspFault.ERROR_STATUS,
        GspFault.CRASH,
        GspFault.EVENT_BEFORE_REPLY,
        GspFault.EVENT_STORM
    };

    private static final GspFault[] MESSAGE_FAULTS = {
        GspFault.PLUGIN_CRASH,
        GspFault.PLUGIN_ERROR,
        GspFault.LOST_PLUGIN_REPLY,
        GspFault.LATE_PLUGIN_REPLY
    };

    static Stream<Arguments> createFaults() {
        List<Arguments> all = new ArrayList<>();
        add(all, CALL_FAULTS, CREATE_REQUESTS);
        add(all, MESSAGE_FAULTS, CREATE_MESSAGES);
        for (GspFault fault :
                List.of(GspFault.DROPPED_MARKER, GspFault.WRONG_VERSION, GspFault.SCRUB_TIMEOUT)) {
            all.add(Arguments.of(fault, ANY));
        }
        return all.stream();
    }

    static Stream<Arguments> destroyFaults() {
        List<Arguments> all = new ArrayList<>();
        add(all, CALL_FAULTS, DESTROY_REQUESTS);
        all.add(Arguments.of(GspFault.SCRUB_TIMEOUT, ANY));
        return all.stream();
    }

    static Stream<Arguments> resetFaults() {
        List<Arguments> all = new ArrayList<>();
        add(all, MESSAGE_FAULTS, 3);
        add(all, CALL_FAULTS, ALLOC, FREE);
        all.add(Arguments.of(GspFault.SCRUB_TIMEOUT, ANY));
        return all.stream();
    }

    private static void add(List<Arguments> all, GspFault[] faults, int... requests) {
        for (GspFault fault : faults) {
            for (int request : requests) {
                all.add(Arguments.of(fault, request));
            }
        }
    }

    private static boolean isHarmless(GspFault fault) {
        return fault == GspFault.EVENT_BEFORE_REPLY || fault == GspFault.EVENT_STORM;
    }

    private static ResourceRange framebuffer(VirtualGpu vgpu) {
        return vgpu.partition().range(VfResources.framebuffer(AdaBoard.L40));
    }

    private static void mark(VirtualGpu vgpu) {
        vgpu.bar(1).handler().write(0x4000, 4, 0x600d_beef);
    }

    /**
     * The neighbour's memory and task are as they were, unless the whole board was lost: then it is
     * up again.
     */
    private static void checkNeighbour(Rig rig, VirtualGpu neighbour, GspFault fault) {
        if (fault == GspFault.CRASH) {
            rig.clock.advanceNanos(2_000_000_000L);
            rig.mediator.step();
            neighbour.reset(ResetKind.BUS);
        } else {
            assertThat(neighbour.bar(1).handler().read(0x4000, 4)).isEqualTo(0x600d_beefL);
        }
        assertThat(neighbour.state())
                .as("%s", rig.hardwareResets)
                .isNotEqualTo(VirtualGpuState.FAILED);
        assertThat(rig.board.plugin(1)).isEqualTo("ACTIVE");
        neighbour.bar(0).handler().write(0x3_0090, 4, 0x7ff);
        assertThat(rig.board.doorbells(1)).isEqualTo(1);
    }

    private static void checkShare(Rig rig, Throwable failure, long before) {
        long lost = rig.mediator.statistics().counters().getOrDefault("mediator.lost-shares", 0L);
        long held = rig.mediator.inventory().holdings().size();
        if (failure instanceof ShareLostException) {
            assertThat(lost).isEqualTo(1);
            assertThat(held).isEqualTo(before + 1);
        } else {
            assertThat(lost).isZero();
            assertThat(held).isEqualTo(before);
            VirtualGpu again = rig.create("again", "L40-8Q");
            assertThat(rig.board.isZero(framebuffer(again).start(), framebuffer(again).length()))
                    .isTrue();
            again.close();
        }
    }

    @ParameterizedTest
    @MethodSource("createFaults")
    void create_firmwareFault_givesEverythingBackOrMarksItLost(GspFault fault, int request) {
        try (Quiet quiet = new Quiet()) {
            Rig rig = quiet.rig;
            VirtualGpu neighbour = rig.create("neighbour", "L40-8Q");
            mark(neighbour);
            rig.board.faults().inject(fault, request);
            Throwable failure = catchThrowable(() -> rig.create("a", "L40-8Q").close());
            if (isHarmless(fault)) {
                assertThat(failure).isNull();
            } else {
                assertThat(failure).isInstanceOf(GpuMediationException.class);
            }
            assertThat(rig.board.faults().happened()).isEqualTo(1);
            checkNeighbour(rig, neighbour, fault);
            checkShare(rig, failure, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("destroyFaults")
    void close_firmwareFault_givesEverythingBackOrMarksItLost(GspFault fault, int request) {
        try (Quiet quiet = new Quiet()) {
            Rig rig = quiet.rig;
            VirtualGpu neighbour = rig.create("neighbour", "L40-8Q");
            mark(neighbour);
            VirtualGpu a = rig.create("a", "L40-8Q");
            rig.board.faults().inject(fault, request);
            Throwable failure = catchThrowable(a::close);
            assertThat(a.state()).isEqualTo(VirtualGpuState.CLOSED);
            if (isHarmless(fault)) {
                assertThat(failure).isNull();
            } else {
                assertThat(failure).isInstanceOf(ShareLostException.class);
            }
            checkNeighbour(rig, neighbour, fault);
            checkShare(rig, failure, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("resetFaults")
    void reset_firmwareFault_failsOnlyThatOne(GspFault fault, int request) {
        try (Quiet quiet = new Quiet()) {
            Rig rig = quiet.rig;
            VirtualGpu neighbour = rig.create("neighbour", "L40-8Q");
            mark(neighbour);
            VirtualGpu a = rig.create("a", "L40-8Q");
            rig.board.faults().inject(fault, request);
            a.reset(ResetKind.BUS);
            assertThat(a.state())
                    .isEqualTo(
                            isHarmless(fault) ? VirtualGpuState.CREATED : VirtualGpuState.FAILED);
            assertThat(a.bar(1).handler().read(0, 4))
                    .isEqualTo(isHarmless(fault) ? 0 : 0xffff_ffffL);
            checkNeighbour(rig, neighbour, fault);
        }
    }

    @Test
    void pluginCrash_whileRunning_failsOnlyThatOne() {
        try (Quiet quiet = new Quiet()) {
            Rig rig = quiet.rig;
            VirtualGpu neighbour = rig.create("neighbour", "L40-8Q");
            mark(neighbour);
            VirtualGpu a = rig.create("a", "L40-8Q");
            rig.board.crashPlugin(2);
            assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
            checkNeighbour(rig, neighbour, GspFault.PLUGIN_CRASH);
            a.close();
            assertThat(rig.board.plugin(2)).isEqualTo("FREE");
            checkShare(rig, new IllegalStateException(), 1);
        }
    }

    @Test
    void exception_ofAChannel_failsOnlyItsOwner() {
        try (Quiet quiet = new Quiet()) {
            Rig rig = quiet.rig;
            VirtualGpu neighbour = rig.create("neighbour", "L40-8Q");
            VirtualGpu a = rig.create("a", "L40-8Q");
            rig.board.reportException(2, 0x600, 31, 2);
            assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
            assertThat(neighbour.state()).isNotEqualTo(VirtualGpuState.FAILED);
        }
    }

    @Test
    void exception_namingAnothersChannel_failsNobody() {
        try (Quiet quiet = new Quiet()) {
            Rig rig = quiet.rig;
            VirtualGpu neighbour = rig.create("neighbour", "L40-8Q");
            VirtualGpu a = rig.create("a", "L40-8Q");
            rig.board.reportException(2, 0x7ff, 31, 2);
            rig.board.reportException(9, 0x100, 31, 2);
            assertThat(a.state()).isNotEqualTo(VirtualGpuState.FAILED);
            assertThat(neighbour.state()).isNotEqualTo(VirtualGpuState.FAILED);
        }
    }

    @Test
    void calls_threeTimeoutsInARow_resetTheBoardAndBringEverythingUp() {
        try (Quiet quiet = new Quiet()) {
            Rig rig = quiet.rig;
            VirtualGpu neighbour = rig.create("neighbour", "L40-8Q");
            rig.board.faults().inject(GspFault.LOST_REPLY, ANY, 0, 6);
            assertThat(catchThrowable(() -> rig.create("a", "L40-8Q")))
                    .isInstanceOf(GpuMediationException.class);
            rig.clock.advanceNanos(2_000_000_000L);
            rig.board.faults().clear();
            rig.mediator.step();
            assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.RUNNING);
            neighbour.reset(ResetKind.BUS);
            assertThat(neighbour.state()).isNotEqualTo(VirtualGpuState.FAILED);
        }
    }

    /** A rig whose closing may find shares that are lost. */
    private static final class Quiet implements AutoCloseable {

        final Rig rig = new Rig(AdaModel.L40);

        @Override
        public void close() {
            rig.board.faults().clear();
            rig.close();
        }
    }
}
