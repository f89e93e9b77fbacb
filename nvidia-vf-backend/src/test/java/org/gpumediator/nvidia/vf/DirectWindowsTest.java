package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.OptionalInt;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.nvidia.vf.bar.VfDirectWindows;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.ada.GspFault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The windows of a virtual function that its guest reaches without a trap. */
class DirectWindowsTest {

    private static final long MAPPED = 4 << 20;
    private static final long FRAMEBUFFER = 128 << 20;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    /** Memory that stays readable after it was closed, as a page does that a guest has mapped. */
    private static final class KeptMemory implements SharedMemory {

        private final MemorySegment segment;

        KeptMemory(long bytes) {
            segment = Arena.ofAuto().allocate(bytes, 4096);
        }

        @Override
        public MemorySegment segment() {
            return segment;
        }

        @Override
        public OptionalInt fileDescriptor() {
            return OptionalInt.empty();
        }

        @Override
        public void close() {}
    }

    private int allocationsLeft = Integer.MAX_VALUE;

    private final Rig rig =
            new Rig(
                    FakeAda.builder(AdaModel.L40).mappable(MAPPED, this::allocate),
                    "placement-mode",
                    "heterogeneous");

    @AfterEach
    void close() {
        rig.close();
    }

    private SharedMemory allocate(String label, long bytes) {
        if (allocationsLeft-- <= 0) {
            throw new GpuMediationException("no memory for " + label);
        }
        return new KeptMemory(bytes);
    }

    private VirtualGpu create(String name) {
        return rig.mediator.create(
                VgpuRequest.ofQuotas(name, Map.of("framebuffer", FRAMEBUFFER)), rig.port());
    }

    private static MemorySegment window(VirtualGpu vgpu, int bar) {
        DirectWindow window = vgpu.bar(bar).directWindows().getFirst();
        return window.backing().segment().asSlice(window.backingOffset(), window.length());
    }

    private static long place(VirtualGpu vgpu) {
        return vgpu.partition().range(VfResources.framebuffer(AdaBoard.L40)).start();
    }

    @Test
    void window_ofTheFramebuffer_isTheGuestsOwn() {
        VirtualGpu a = create("a");
        VirtualGpu b = create("b");
        window(a, 1).set(WORD, 0x1000, 0x1122_3344_5566_7788L);
        window(b, 1).set(WORD, 0x1000, -2);
        a.bar(1).handler().write(0x2000, 8, 5);
        assertThat(a.bar(1).handler().read(0x1000, 8)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(a.bar(1).handler().read(0x1002, 2)).isEqualTo(0x5566);
        assertThat(rig.board.read(1, place(a) + 0x1000, 8)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(rig.board.read(1, place(b) + 0x1000, 8)).isEqualTo(-2);
        assertThat(window(a, 1).get(WORD, 0x2000)).isEqualTo(5);
        assertThat(window(b, 1).get(WORD, 0x2000)).isZero();
    }

    @Test
    void window_ofTheInstanceMemory_showsTheGuestsFramebufferFromItsStart() {
        VirtualGpu a = create("a");
        TrapHandler instance = a.bar(3).handler();
        instance.write(8, 8, 77);
        assertThat(window(a, 3).get(WORD, 8)).isEqualTo(77);
        assertThat(window(a, 1).get(WORD, 8)).isEqualTo(77);
        assertThat(rig.board.read(1, place(a) + 8, 8)).isEqualTo(77);
        window(a, 3).set(WORD, 16, 78);
        assertThat(instance.read(16, 8)).isEqualTo(78);
        assertThat(a.bar(1).handler().read(16, 8)).isEqualTo(78);
        long last = a.bar(3).length() - 8;
        instance.write(last, 8, 79);
        assertThat(rig.board.read(1, place(a) + last, 8)).isEqualTo(79);
    }

    @Test
    void window_toInstanceMemory_boundThroughTables_showsNothing() {
        VirtualGpu a = create("a");
        TrapHandler instance = a.bar(3).handler();
        instance.write(8, 8, 77);
        a.bar(0).handler().write(0xf48, 4, 0x8000_0001L);
        assertThat(instance.read(8, 8)).isEqualTo(-1);
        instance.write(8, 8, 78);
        a.bar(0).handler().write(0xf48, 4, 0);
        assertThat(instance.read(8, 8)).isEqualTo(77);
    }

    @Test
    void windows_endWhereTheMappingOrTheGuestsBarEnds_andRegistersHaveNone() {
        VirtualGpu a = create("a");
        assertThat(a.bar(0).directWindows()).isEmpty();
        assertThat(window(a, 1).byteSize()).isEqualTo(MAPPED);
        assertThat(window(a, 3).byteSize()).isEqualTo(MAPPED);
        try (VfDirectWindows windows =
                new VfDirectWindows(rig.board.virtualFunction(5).orElseThrow())) {
            assertThat(windows.of(1, 0x1_2fff))
                    .extracting(DirectWindow::length)
                    .containsExactly(0x1_2000L);
            assertThat(windows.of(3, 0xfff)).isEmpty();
        }
    }

    @Test
    void window_keptAfterClose_showsAndReachesNothingOfTheNextOwner() {
        VirtualGpu a = create("a");
        MemorySegment kept = window(a, 1);
        long where = place(a);
        kept.set(WORD, 0, 42);
        a.close();
        assertThat(kept.get(WORD, 0)).isZero();
        assertThat(rig.board.isZero(where, FRAMEBUFFER)).isTrue();
        kept.set(WORD, 0, 43);
        VirtualGpu next = create("next");
        assertThat(place(next)).isEqualTo(where);
        assertThat(next.bar(1).handler().read(0, 8)).isZero();
        kept.set(WORD, 0, 44);
        next.bar(1).handler().write(8, 8, 45);
        window(next, 1).set(WORD, 16, 46);
        assertThat(next.bar(1).handler().read(0, 8)).isZero();
        assertThat(kept.get(WORD, 8)).isZero();
        assertThat(kept.get(WORD, 16)).isZero();
    }

    @Test
    void reset_emptiesTheWindowAndLeavesItInItsPlace() {
        VirtualGpu a = create("a");
        MemorySegment window = window(a, 1);
        window.set(WORD, 0x3000, 42);
        a.reset(ResetKind.BUS);
        assertThat(window.get(WORD, 0x3000)).isZero();
        window.set(WORD, 0x3000, 43);
        assertThat(a.bar(1).handler().read(0x3000, 8)).isEqualTo(43);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rebuild_ofTheFunctionOrTheBoard_leavesTheWindowInItsPlace(boolean board) {
        VirtualGpu a = create("a");
        MemorySegment window = window(a, 1);
        window.set(WORD, 0, 42);
        if (board) {
            rig.board.crashFirmware();
        } else {
            rig.board.crashPlugin(1);
        }
        rig.clock.advanceNanos(2_000_000_000L);
        rig.mediator.step();
        a.reset(ResetKind.BUS);
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
        assertThat(window.get(WORD, 0)).isZero();
        window.set(WORD, 0, 43);
        assertThat(rig.board.read(1, place(a), 8)).isEqualTo(43);
    }

    @Test
    void window_ofAFunctionThatIsGone_reachesNothing() {
        VirtualGpu a = create("a");
        MemorySegment window = window(a, 1);
        window.set(WORD, 0, 42);
        rig.board.reset();
        assertThat(window.get(WORD, 0)).isZero();
        window.set(WORD, 0, 43);
        assertThat(rig.board.read(1, place(a), 8)).isEqualTo(42);
        rig.clock.advanceNanos(2_000_000_000L);
        rig.mediator.step();
    }

    @Test
    void create_withoutMemoryForAWindow_leavesNothingTaken() {
        var before = rig.mediator.inventory();
        allocationsLeft = 0;
        assertThatThrownBy(() -> create("a"))
                .isInstanceOf(GpuMediationException.class)
                .hasMessageContaining("BAR 1");
        assertThat(rig.mediator.inventory()).isEqualTo(before);
        allocationsLeft = Integer.MAX_VALUE;
        VirtualGpu a = create("a");
        window(a, 1).set(WORD, 0, 42);
        assertThat(a.bar(1).handler().read(0, 8)).isEqualTo(42);
    }

    @Test
    void close_ofALostShare_takesTheWindowAwayAsWell() {
        VirtualGpu a = create("a");
        MemorySegment kept = window(a, 1);
        kept.set(WORD, 0, 42);
        rig.board.faults().inject(GspFault.FUNCTION_RESET_HANGS, 1);
        a.reset(ResetKind.BUS);
        assertThatThrownBy(a::close).isInstanceOf(GpuMediationException.class);
        assertThat(kept.get(WORD, 0)).isZero();
        kept.set(WORD, 0, 43);
        assertThat(rig.board.read(1, place(a), 8)).isNotEqualTo(43);
    }
}
