package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.SnapshotFormatException;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.observe.DeferredListener;
import org.gpumediator.nvidia.vf.core.PfCore;
import org.gpumediator.nvidia.vf.manager.FirmwareEvents;
import org.gpumediator.nvidia.vf.manager.ManagedVgpu;
import org.gpumediator.nvidia.vf.manager.VgpuBooks;
import org.gpumediator.nvidia.vf.manager.VgpuManager;
import org.gpumediator.nvidia.vf.manager.VgpuRecord;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.sriov.VfActivation;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.ada.GspFault;
import org.gpumediator.testkit.ada.GspFaults;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The twelve rules learned from published flaws of other managers, each tried by a guest that means
 * it. After every test the neighbour's memory, registers, channels and interrupts are the same bits
 * as before.
 */
class HostileRulesTest {

    private static final int CHANNEL_DOORBELL = 0x3_0090;
    private static final int PRIVILEGED_DOORBELL = 0x2200;
    private static final int CALL = 1;
    private static final int HOST_BIT = 17;
    private static final int SETTLE = 100_000;

    private final Rig rig = new Rig(AdaModel.L40);
    private final VirtualGpu a = rig.create("a", "L40-8Q");
    private final Neighbour neighbour =
            new Neighbour(rig, VgpuRequest.ofType("neighbour", "L40-8Q"));
    private final TrapHandler registers = a.bar(0).handler();
    private final TrapHandler window = a.bar(1).handler();

    @AfterEach
    void neighbourIsUntouched() {
        rig.hooked.hook(new HookedBoard.Hook() {});
        rig.board.faults().clear();
        rig.clock.advanceNanos(SETTLE);
        rig.board.advance(rig.clock.nanoTime());
        neighbour.checkUntouched();
        Throwable ignored = catchThrowable(rig::close); // a share may be lost by then
    }

    private long faults(GuestFaultKind kind) {
        return a.statistics().faults(kind);
    }

    private static ResourceRange framebuffer(VirtualGpu vgpu) {
        return vgpu.partition().range(VfResources.framebuffer(AdaBoard.L40));
    }

    private int firstChannel() {
        return (int) a.partition().range(VfResources.CHANNEL_IDS).start();
    }

    private long heap() {
        return a.partition().range(VfResources.PLUGIN_HEAP).start();
    }

    private void enableInterrupt() {
        a.configSpace().write(0x04, 2, 6);
        registers.write(0x1_0000, 4, 0xfee0_0000L);
        registers.write(0x1_000c, 4, 0);
        a.configSpace().write(0x7e, 2, 0x8000);
        registers.write(0x1200, 4, 1);
        registers.write(0x1608, 4, 1);
    }

    @Nested
    @DisplayName("1. Indices, offsets, lengths and counts are checked against what was granted")
    class GrantedResourcesOnly {

        @ParameterizedTest
        @ValueSource(
                longs = {
                    256,
                    0x700,
                    0xfff,
                    0x1000,
                    0x1_0100,
                    0x7f_0fff,
                    0x80_0000,
                    0x8000_0000L,
                    -1
                })
        void channel_notGranted_isDroppedAndCounted(long token) {
            registers.write(CHANNEL_DOORBELL, 4, token);
            assertThat(faults(GuestFaultKind.OUT_OF_PARTITION)).isEqualTo(1);
            assertThat(rig.board.doorbells(1)).isZero();
            assertThat(rig.board.occupation()).containsEntry("doorbells.refused", 0L);
        }

        @Test
        void channel_firstAndLastGranted_areRung() {
            registers.write(CHANNEL_DOORBELL, 4, 0);
            registers.write(CHANNEL_DOORBELL, 4, 255);
            assertThat(rig.board.doorbells(1)).isEqualTo(2);
            assertThat(faults(GuestFaultKind.OUT_OF_PARTITION)).isZero();
        }

        @Test
        void framebuffer_behindTheTypesWindow_isOutOfReachThoughTheRealBarGoesOn() {
            long end = a.bar(1).length();
            window.write(end - 8, 8, 7);
            window.write(end, 8, 9);
            window.write(end - 4, 8, -1);
            assertThat(window.read(end - 8, 8)).isEqualTo(7);
            assertThat(rig.board.read(1, framebuffer(a).start() + end, 8)).isZero();
        }

        @Test
        void vector_beyondTheTable_isNoVector() {
            enableInterrupt();
            registers.write(0x1_0000 + 6 * 16, 4, 0xfee0_0000L);
            registers.write(0x1_0000 + 6 * 16 + 12, 4, 0);
            assertThat(a.interrupts().msixVectors()).isEqualTo(6);
            assertThat(rig.interrupts.messages()).isZero();
        }
    }

    @Nested
    @DisplayName("2. A message is copied once; only the copy is checked and used")
    class CopiedOnce {

        private static final int SEQUENCE = 0x0008;
        private static final int PROCESSED = 0x1004;
        private static final int RESULT = 0x1008;
        private static final int MIGRATED = 0x1010;
        private static final int SAVED = 0x1014;

        /** As soon as the host has read a word of an answer, that word is another. */
        private void mutate(Map<Integer, Long> others) {
            Map<Integer, Integer> reads = new HashMap<>();
            rig.hooked.hook(
                    new HookedBoard.Hook() {
                        @Override
                        public void after(int bar, long offset, long value) {
                            int at = (int) (offset - heap());
                            Long other = others.get(at);
                            if (bar != 1 || offset - heap() != at || other == null) {
                                return;
                            }
                            boolean answer =
                                    at != PROCESSED
                                            || value == rig.board.read(1, heap() + SEQUENCE, 4);
                            if (answer && reads.merge(at, 1, Integer::sum) == 1) {
                                rig.board.write(1, heap() + at, 4, other);
                            }
                        }
                    });
        }

        @Test
        void sequence_changedAfterItWasRead_isStillTheAnswer() {
            mutate(Map.of(PROCESSED, 0x4141L));
            a.quiesce();
            assertThat(a.state()).isEqualTo(VirtualGpuState.QUIESCED);
        }

        @Test
        void result_changedToAnErrorAfterItWasRead_isStillSuccess() {
            mutate(Map.of(RESULT, 0x65L));
            a.quiesce();
            assertThat(a.state()).isEqualTo(VirtualGpuState.QUIESCED);
        }

        @Test
        void result_changedToSuccessAfterItWasRead_isStillAnError() {
            rig.board.faults().inject(GspFault.PLUGIN_ERROR, GspFaults.ANY);
            mutate(Map.of(RESULT, 0L));
            a.quiesce();
            assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        }

        @Test
        void lengthOfSavedState_changedAfterItWasRead_isStillWhatWasRead() throws IOException {
            VirtualGpu small = mixed("small");
            small.quiesce();
            byte[] before = save(small);
            long smallHeap = small.partition().range(VfResources.PLUGIN_HEAP).start();
            List<Long> lengths = new ArrayList<>();
            other.hooked.hook(
                    new HookedBoard.Hook() {
                        @Override
                        public void after(int bar, long offset, long value) {
                            if (bar == 1 && offset == smallHeap + MIGRATED) {
                                lengths.add(value);
                                other.board.write(1, offset, 4, 0x7fff_fffcL);
                            } else if (bar == 1 && offset == smallHeap + SAVED) {
                                other.board.write(1, offset, 4, 0);
                            }
                        }
                    });
            assertThat(save(small)).isEqualTo(before);
            assertThat(lengths).containsExactly(65536L);
        }

        private final Rig other = new Rig(AdaModel.L4, "placement-mode", "heterogeneous");

        @AfterEach
        void closeOther() {
            other.close();
        }

        private VirtualGpu mixed(String name) {
            return other.mediator.create(
                    VgpuRequest.ofQuotas(name, Map.of("framebuffer", 64L << 20)), other.port());
        }

        private byte[] save(VirtualGpu vgpu) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            vgpu.ability(Snapshottable.class).orElseThrow().save(out);
            return out.toByteArray();
        }
    }

    @Nested
    @DisplayName("3. No access crosses the end of configuration space or of a BAR")
    class NoCrossing {

        @Test
        void bar_accessAcrossOrPastTheEnd_readsOnesAndWritesNothing() {
            for (TrapRegion region : a.regions()) {
                long end = region.length();
                assertThat(region.handler().read(end - 2, 4)).isEqualTo(0xffff_ffffL);
                assertThat(region.handler().read(end, 1)).isEqualTo(0xff);
                assertThat(region.handler().read(-1, 2)).isEqualTo(0xffff);
                assertThat(region.handler().read(Long.MIN_VALUE, 8)).isEqualTo(-1);
                assertThat(region.handler().read(Long.MAX_VALUE, 8)).isEqualTo(-1);
                region.handler().write(end - 2, 4, -1);
                region.handler().write(end, 8, -1);
                region.handler().write(-4, 8, -1);
            }
        }

        @Test
        void configuration_accessAcrossTheEnd_isCutThere() {
            assertThat(a.configSpace().read(4094, 4) >>> 16).isEqualTo(0xffff);
            assertThat(a.configSpace().read(4096, 4)).isEqualTo(-1);
            assertThat(a.configSpace().read(-1, 1)).isEqualTo(0xff);
            assertThat(a.configSpace().read(Integer.MAX_VALUE, 4)).isEqualTo(-1);
            assertThatCode(() -> a.configSpace().write(4095, 4, -1)).doesNotThrowAnyException();
            assertThatCode(() -> a.configSpace().write(Integer.MIN_VALUE, 4, -1))
                    .doesNotThrowAnyException();
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 3, 5, 16, -1, Integer.MAX_VALUE})
        void access_ofAWidthThatNoBusHas_isRefused(int width) {
            for (TrapRegion region : a.regions()) {
                assertThatCode(() -> region.handler().write(0, width, -1))
                        .doesNotThrowAnyException();
                assertThat(region.handler().read(0, width)).isEqualTo(-1);
            }
        }

        @Test
        void doorbell_rungByPiecesOrAcross_isRefused() {
            registers.write(CHANNEL_DOORBELL, 1, 0x00);
            registers.write(CHANNEL_DOORBELL + 2, 2, 0);
            registers.write(CHANNEL_DOORBELL - 4, 8, 7L << 32);
            registers.write(PRIVILEGED_DOORBELL + 1, 4, 0);
            assertThat(faults(GuestFaultKind.REFUSED_ACCESS)).isEqualTo(4);
            assertThat(rig.board.doorbells(1)).isZero();
        }
    }

    @Nested
    @DisplayName("4. A message in the wrong state is a defined error")
    class WrongState {

        private void assertUnreachable() {
            window.write(0, 4, 5);
            registers.write(CHANNEL_DOORBELL, 4, 0);
            registers.write(PRIVILEGED_DOORBELL, 4, CALL);
            assertThat(window.read(0, 4)).isEqualTo(0xffff_ffffL);
            assertThat(registers.read(0xf40, 4)).isEqualTo(0xffff_ffffL);
        }

        @Test
        void access_afterClose_readsOnesAndReachesNobody() {
            a.close();
            assertUnreachable();
            VirtualGpu next = rig.create("next", "L40-8Q");
            assertThat(next.bar(1).handler().read(0, 4)).isZero();
            assertThat(rig.board.doorbells(1)).isZero();
        }

        @Test
        void access_duringAReset_readsOnesAndReachesNobody() {
            List<Long> seen = new ArrayList<>();
            rig.hooked.hook(
                    new HookedBoard.Hook() {
                        @Override
                        public void before(int bar, long offset) {
                            if (bar == 1 && offset == heap() + 0x1004 && seen.isEmpty()) {
                                registers.write(CHANNEL_DOORBELL, 4, 0);
                                window.write(0, 4, 0x6666);
                                seen.add(window.read(0, 4));
                            }
                        }
                    });
            a.reset(ResetKind.FUNCTION_LEVEL);
            assertThat(seen).containsExactly(0xffff_ffffL);
            assertThat(window.read(0, 4)).isZero();
            assertThat(rig.board.doorbells(1)).isZero();
        }

        @Test
        void access_afterItHasFailed_reachesNobodyUntilItIsReset() {
            rig.board.crashPlugin(1);
            assertUnreachable();
            assertThat(rig.board.doorbells(1)).isZero();
            a.reset(ResetKind.BUS);
            registers.write(CHANNEL_DOORBELL, 4, 0);
            assertThat(rig.board.doorbells(1)).isEqualTo(1);
        }

        @Test
        void pauseAndResume_twiceOrOutOfTurn_changeNothing() {
            a.resume();
            a.quiesce();
            a.quiesce();
            assertThat(rig.board.plugin(1)).isEqualTo("STOPPED");
            a.resume();
            a.resume();
            assertThat(rig.board.plugin(1)).isEqualTo("ACTIVE");
            assertThat(a.state()).isNotEqualTo(VirtualGpuState.FAILED);
        }

        @Test
        void operation_afterClose_isAnErrorOfTheCaller() {
            a.close();
            assertThatThrownBy(() -> a.reset(ResetKind.BUS))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(a::quiesce).isInstanceOf(IllegalStateException.class);
        }
    }

    @Nested
    @DisplayName("5. Teardown is idempotent and never frees what somebody else has")
    class Teardown {

        @Test
        void close_twice_freesOnce() {
            a.close();
            VirtualGpu next = rig.create("next", "L40-8Q");
            a.close();
            assertThat(next.state()).isEqualTo(VirtualGpuState.CREATED);
            assertThat(rig.board.plugin(1)).isEqualTo("ACTIVE");
        }

        @Test
        void close_afterItsTaskHasCrashed_freesEverything() {
            rig.board.crashPlugin(1);
            a.close();
            assertThat(rig.board.plugin(1)).isEqualTo("FREE");
            assertThat(rig.create("next", "L40-8Q").state()).isEqualTo(VirtualGpuState.CREATED);
        }

        @Test
        void close_whileQuiesced_freesEverything() {
            a.quiesce();
            a.close();
            assertThat(rig.board.plugin(1)).isEqualTo("FREE");
        }

        @Test
        void mediator_closedTwice_freesOnce() {
            try (Rig other = new Rig(AdaModel.L4)) {
                other.create("x", "L4-4Q");
                other.mediator.close();
                other.mediator.close();
                assertThat(other.board.occupation()).containsEntry("dma.mappings", 0L);
            }
        }
    }

    @Nested
    @DisplayName("6. Another function's id, and what is the board's, is refused")
    class OwnNamespace {

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 32, 33, 0x7ff_ffff})
        void doorbell_namingAFunctionAsTheHostDoes_isDroppedAndCounted(int gfid) {
            registers.write(PRIVILEGED_DOORBELL, 4, (gfid * 32L + CALL) & 0xffff_ffffL);
            assertThat(faults(GuestFaultKind.OUT_OF_PARTITION)).isEqualTo(1);
        }

        @ParameterizedTest
        @ValueSource(ints = {3, 15, 16, HOST_BIT, 31})
        void doorbell_ofTheHostOrTheFirmware_isDroppedAndCounted(int bit) {
            registers.write(PRIVILEGED_DOORBELL, 4, bit);
            assertThat(faults(GuestFaultKind.OUT_OF_PARTITION)).isEqualTo(1);
        }

        @Test
        void doorbell_ofItsOwn_isRung() {
            registers.write(PRIVILEGED_DOORBELL, 4, CALL);
            assertThat(faults(GuestFaultKind.OUT_OF_PARTITION)).isZero();
        }

        @Test
        void resources_givenOutTwiceByACaller_areRefused() {
            FakeAda board = FakeAda.builder(AdaModel.L40).clock(rig.clock).build();
            VgpuBooks books = new VgpuBooks();
            try (PfCore core =
                    new PfCore(
                            board,
                            AdaBoard.L40,
                            rig.clock,
                            new VfActivation.Host(0x100, 1, VfActivation.Host.Ari.FORWARDED),
                            4,
                            VfActivation.Autoprobe.ON,
                            PlacementMode.HETEROGENEOUS,
                            new FirmwareEvents(books, rig.clock))) {
                VgpuManager manager = new VgpuManager(core, books);
                ManagedVgpu first = manager.create(record("first", 1, 0), DEAF);
                for (VgpuRecord again :
                        List.of(
                                record("function", 1, 2048L << 20),
                                record("framebuffer", 2, 512L << 20))) {
                    assertThatThrownBy(() -> manager.create(again, DEAF))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("collides with");
                }
                assertThat(manager.all()).containsExactly(first);
                manager.destroy(first);
            }
        }

        /** Record of an L40-1Q: its heap and channels follow its place in the framebuffer. */
        private VgpuRecord record(String name, int gfid, long start) {
            int place = (int) (start >>> 30);
            return new VgpuRecord(
                    name,
                    gfid,
                    TypeCatalogue.shipped().types(AdaBoard.L40).getFirst().typeId(),
                    new ResourceRange(start, 1L << 30),
                    new ResourceRange((40L << 30) + ((long) place << 26), 64 << 20),
                    new ResourceRange(64L * place, 64),
                    100,
                    1);
        }
    }

    private static final ManagedVgpu.Listener DEAF =
            new ManagedVgpu.Listener() {
                @Override
                public void onException(int exception) {}

                @Override
                public void onFailed(String why) {}

                @Override
                public void onReclaimed() {}
            };

    @Nested
    @DisplayName("7. Interrupts, messages, resets and faults are limited for each function")
    class RateLimits {

        @Test
        void interrupts_beyondTheirLimit_areDroppedAndCounted() {
            enableInterrupt();
            for (int i = 0; i < 10_000; i++) {
                rig.board.raise(0, 0, 0);
            }
            assertThat(rig.interrupts.messages()).isEqualTo(4096);
            assertThat(faults(GuestFaultKind.RATE_LIMITED)).isEqualTo(10_000 - 4096);
            rig.clock.advanceNanos(101_000_000L);
            rig.board.raise(0, 0, 0);
            assertThat(rig.interrupts.messages()).isEqualTo(4097);
        }

        @Test
        void messages_beyondTheirLimit_areDroppedAndCounted() {
            for (int i = 0; i < 5000; i++) {
                registers.write(PRIVILEGED_DOORBELL, 4, CALL);
            }
            assertThat(faults(GuestFaultKind.RATE_LIMITED)).isEqualTo(5000 - 4096);
        }

        @Test
        void resets_beyondThreeAMinute_areNotServedUntilTheWindowMoves() {
            for (int i = 0; i < 3; i++) {
                a.reset(ResetKind.FUNCTION_LEVEL);
                assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
            }
            a.reset(ResetKind.FUNCTION_LEVEL);
            assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
            assertThat(faults(GuestFaultKind.RATE_LIMITED)).isEqualTo(1);
            rig.clock.advanceNanos(61_000_000_000L);
            a.reset(ResetKind.FUNCTION_LEVEL);
            assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
        }

        @Test
        void exceptions_beyondFifteenAMinute_failIt() {
            for (int i = 0; i < 16; i++) {
                rig.board.reportException(1, firstChannel(), 13, 1);
            }
            assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        }
    }

    @Nested
    @DisplayName("8. What is set aside on behalf of a guest is bounded")
    class AllocationCaps {

        @Test
        void faults_ofAMillionKindsOfNonsense_areFewCountersAndFewWords() {
            for (long i = 0; i < 1_000_000; i++) {
                registers.write(CHANNEL_DOORBELL, 4, 0x80_0000 + i);
            }
            assertThat(a.statistics().faults())
                    .containsOnly(Map.entry(GuestFaultKind.OUT_OF_PARTITION, 1_000_000L));
            assertThat(a.statistics().counters()).hasSizeLessThan(64);
        }

        @Test
        void notices_thatNobodyFetches_areCutOffAndCounted() {
            List<String> told = new ArrayList<>();
            DeferredListener listener =
                    new DeferredListener(
                            new MediationListener() {
                                @Override
                                public void hardwareReset(String what, String offender) {
                                    told.add(what);
                                }
                            });
            for (int i = 0; i < 5000; i++) {
                listener.hardwareReset("x" + i, "a");
            }
            listener.deliver();
            assertThat(told).hasSize(DeferredListener.MOST_WAITING).startsWith("x0");
            assertThat(listener.dropped()).isEqualTo(5000 - DeferredListener.MOST_WAITING);
            listener.hardwareReset("again", "a");
            listener.deliver();
            assertThat(told).endsWith("again");
        }

        @ParameterizedTest
        @ValueSource(longs = {(16 << 20) + 1, Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE, -1})
        void savedState_thatClaimsToBeHuge_isRefusedBeforeItIsRead(long bytes) {
            byte[] header = new byte[24];
            header[0] = 1;
            header[1] = 1;
            for (int i = 0; i < 8; i++) {
                header[16 + i] = (byte) (bytes >>> 8 * i);
            }
            InputStream endless =
                    new InputStream() {
                        private final InputStream head = new ByteArrayInputStream(header);

                        @Override
                        public int read() throws IOException {
                            int next = head.read();
                            assertThat(next).as("read beyond the header").isNotNegative();
                            return next;
                        }
                    };
            a.quiesce();
            assertThatThrownBy(() -> a.ability(Snapshottable.class).orElseThrow().restore(endless))
                    .isInstanceOf(SnapshotFormatException.class);
        }
    }

    @Nested
    @DisplayName("9. Statistics of a guest are its own alone")
    class OwnStatistics {

        @Test
        void counters_nameNothingOfTheBoard() {
            assertThat(a.statistics().counters().keySet())
                    .noneMatch(name -> name.matches("(gsp|vgpu|scrub|functions|recovery)\\..*"));
            assertThat(rig.mediator.statistics().counters())
                    .containsKeys("gsp.calls", "scrub.bytes", "recovery.resets");
        }

        @Test
        void counters_doNotMoveByWhatOthersDo() {
            var before = neighbour.vgpu.statistics();
            registers.write(CHANNEL_DOORBELL, 4, 0);
            registers.write(CHANNEL_DOORBELL, 4, 256);
            rig.board.reportException(1, firstChannel(), 13, 1);
            a.reset(ResetKind.BUS);
            assertThat(neighbour.vgpu.statistics()).isEqualTo(before);
        }
    }

    @Nested
    @DisplayName("10. Interrupts end with reset and close")
    class InterruptsEnd {

        @Test
        void interrupt_afterClose_isDropped() {
            enableInterrupt();
            rig.board.raise(0, 0, 0);
            assertThat(rig.interrupts.messages()).isEqualTo(1);
            a.close();
            rig.create("next", "L40-8Q");
            rig.board.raise(0, 0, 0);
            assertThat(rig.interrupts.messages()).isEqualTo(1);
        }

        @Test
        void interrupt_afterAReset_isDroppedUntilItIsSetUpAgain() {
            enableInterrupt();
            a.reset(ResetKind.FUNCTION_LEVEL);
            rig.board.raise(0, 0, 0);
            assertThat(rig.interrupts.messages()).isZero();
            enableInterrupt();
            rig.board.raise(0, 0, 0);
            assertThat(rig.interrupts.messages()).isEqualTo(1);
        }

        @Test
        void interrupt_ofOneThatHasFailed_isDropped() {
            enableInterrupt();
            rig.board.crashPlugin(1);
            rig.board.raise(0, 0, 0);
            assertThat(rig.interrupts.messages()).isZero();
            assertThat(a.statistics().counters()).containsEntry("interrupts.dropped", 1L);
        }
    }

    @Nested
    @DisplayName("11. Framebuffer is scrubbed before it is granted again")
    class Scrubbed {

        @Test
        void framebuffer_ofAClosedOne_isZeroForTheNext() {
            window.write(0x1000, 8, -1);
            a.bar(3).handler().write(0x2000, 4, 7);
            ResourceRange place = framebuffer(a);
            a.close();
            VirtualGpu next = rig.create("next", "L40-8Q");
            assertThat(framebuffer(next)).isEqualTo(place);
            assertThat(rig.board.isZero(place.start(), place.length())).isTrue();
        }

        @Test
        void framebuffer_afterAReset_isZero() {
            window.write(0x1000, 8, -1);
            a.reset(ResetKind.FUNCTION_LEVEL);
            assertThat(window.read(0x1000, 8)).isZero();
        }

        @Test
        void framebuffer_whoseScrubFails_isNeverGrantedAgain() {
            window.write(0x1000, 8, -1);
            rig.board.faults().inject(GspFault.SCRUB_TIMEOUT, GspFaults.ANY);
            assertThatThrownBy(a::close).isInstanceOf(ShareLostException.class);
            List<VirtualGpu> rest = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                rest.add(rig.create("r" + i, "L40-8Q"));
            }
            assertThat(rest).noneMatch(vgpu -> framebuffer(vgpu).overlaps(framebuffer(a)));
            assertThatThrownBy(() -> rig.create("one too many", "L40-8Q"))
                    .isInstanceOf(InsufficientResourceException.class);
        }
    }

    @Nested
    @DisplayName("12. A type record is an input too")
    class TypeRecords {

        @ParameterizedTest
        @CsvSource({
            "8192, 7808, 64, 320, 6, 60, ''",
            "0,    7808, 64, 320, 6, 60, profile size is not positive",
            "8192, 0,    64, 320, 6, 60, framebuffer size is not positive",
            "8192, -128, 64, 320, 6, 60, expected a decimal number",
            "8192, 7807, 64, 320, 6, 60, 2 MiB",
            "8192, 7808, 64, 8192, 6, 60, reserv",
            "8192, 7808, 64, 320, 0, 60, instances",
            "8192, 7808, 64, 320, 6, 0, frame rate",
            "8192, 7808, 64, 320, 6, 100000, frame rate"
        })
        void record_thatLies_isRefused(
                String profile,
                String framebuffer,
                String heap,
                String reserved,
                String instances,
                String frameRate,
                String why) {
            String row =
                    String.format(
                            "type 876 8Q Q Quadro 0x26b5 0x1774 %s %s %s %s %s 256 4 7680 4320"
                                    + " 66355200 %s 1 1 1 1 0 100 256 4096 8 VWS 1",
                            profile, framebuffer, heap, reserved, instances, frameRate);
            String table =
                    """
                    source 1 a test
                    ids 48 8 / 0 8 16 24 32 40 / 0 16 24 40
                    ids 48 48 / 0 / 0
                    board 0x26b5 0x0000 48 / L40 / NVIDIA L40-
                    """;
            Throwable refused =
                    catchThrowable(() -> TypeCatalogue.read(new StringReader(table + row)));
            if (why.isEmpty()) {
                assertThat(refused).isNull();
            } else {
                assertThat(refused)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(why);
            }
        }
    }
}
