package org.gpumediator.core.contain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.VmmPort;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

/** Whatever a VMM throws, or leaves out, ends here. */
final class GuardedVmmTest {

    private final AtomicInteger steps = new AtomicInteger();
    private final GuestFailure failure = new GuestFailure("vm1", steps::incrementAndGet);
    private final AtomicInteger calls = new AtomicInteger();
    private final GuestMemory memory =
            Mockito.mock(
                    GuestMemory.class,
                    call -> {
                        calls.incrementAndGet();
                        throw new InternalError("gone");
                    });
    private final InterruptLine line =
            Mockito.mock(
                    InterruptLine.class,
                    call -> {
                        calls.incrementAndGet();
                        throw new StackOverflowError();
                    });
    private final VmmPort guarded =
            GuardedVmm.of(
                    VmmPort.of(
                                    memory,
                                    vector -> {
                                        calls.incrementAndGet();
                                        throw new AssertionError(vector);
                                    })
                            .withLine(line),
                    failure);
    private final MemorySegment bytes = MemorySegment.ofArray(new byte[4]);

    @BeforeEach
    void isWell() {
        assertThat(failure.failed()).isFalse();
    }

    private void assertFailedOnce() {
        assertThat(failure.failed()).isTrue();
        assertThat(failure.count()).isEqualTo(1);
        assertThat(steps).hasValue(1);
        failure.clear();
        assertThat(failure.failed()).isFalse();
    }

    @Test
    void memoryThatThrows_isNoMemory() {
        assertThat(guarded.memory().regionAt(0x1000)).isNull();
        assertThat(guarded.memory().read(0x1000, bytes)).isFalse();
        assertThat(guarded.memory().write(0x1000, bytes)).isFalse();
        assertThat(calls).as("a VMM that has failed is not asked again").hasValue(1);
        assertFailedOnce();
        assertThat(guarded.memory().read(0x1000, bytes)).isFalse();
        assertThat(calls).hasValue(2);
        failure.clear();
        assertThat(guarded.memory().write(0x1000, bytes)).isFalse();
        assertThat(calls).hasValue(3);
        assertThat(failure.count()).isEqualTo(3);
    }

    @Test
    void memoryThatCannotBeListenedTo_hasAHandleThatCloses() {
        guarded.memory().listen(region -> {}).close();
        assertFailedOnce();
        assertThat(guarded.memory().writeTracking()).isEmpty();
        assertThat(failure.count()).isEqualTo(2);
    }

    @Test
    void interruptsThatThrow_areLost() {
        guarded.messages().raise(3);
        guarded.messages().raise(3);
        assertThat(calls).hasValue(1);
        assertFailedOnce();
    }

    @Test
    void lineThatThrows_isDrivenOnAllTheSame() {
        guarded.line().assertLevel();
        guarded.line().deassert();
        assertThat(calls).hasValue(2);
        assertThat(failure.count()).isEqualTo(2);
    }

    private static GuestMemory answering(Registration listening, Registration tracking) {
        GuestMemory sound = Mockito.mock(GuestMemory.class);
        Mockito.when(sound.listen(Mockito.any())).thenReturn(listening);
        Mockito.when(sound.writeTracking()).thenReturn(Optional.of((page, heard) -> tracking));
        return sound;
    }

    @Test
    void handlesThatThrow_areTheGuestsFailure() {
        Registration throwing =
                () -> {
                    throw new IllegalStateException("gone");
                };
        GuestMemory with =
                GuardedVmm.of(VmmPort.of(answering(throwing, throwing), vector -> {}), failure)
                        .memory();
        with.listen(region -> {}).close();
        Registration tracking = with.writeTracking().orElseThrow().track(0, (at, length) -> {});
        assertThat(failure.count()).isEqualTo(1);
        assertThat(tracking).isNotNull();
        tracking.close();
        assertThat(failure.count()).isEqualTo(2);
    }

    @Test
    void nullWhereAHandleMustBe_isTheGuestsFailure() {
        GuestMemory with =
                GuardedVmm.of(VmmPort.of(answering(null, null), vector -> {}), failure).memory();
        with.listen(region -> {}).close();
        assertThat(failure.count()).isEqualTo(1);
        assertThat(with.writeTracking().orElseThrow().track(0, (at, length) -> {}))
                .as("a page that cannot be tracked, as the contract allows")
                .isNull();
        assertThat(failure.count()).isEqualTo(1);
    }

    private static GuestMemory.Region region(long start, long length, MemorySegment segment) {
        GuestMemory.Region region = Mockito.mock(GuestMemory.Region.class);
        Mockito.when(region.start()).thenReturn(start);
        Mockito.when(region.length()).thenReturn(length);
        Mockito.when(region.segment()).thenReturn(segment);
        Mockito.when(region.writable()).thenReturn(true);
        return region;
    }

    @Test
    void regionThatNoGpuCouldBeGiven_isTheGuestsFailure() {
        MemorySegment page = Arena.global().allocate(8192, 4096);
        for (GuestMemory.Region bad :
                List.of(
                        region(0x1000, 4096, MemorySegment.ofArray(new byte[4096])),
                        region(0x1000, 4096, page),
                        region(0x1000, 8192, page.asSlice(0, 4096)),
                        region(0x1000, 4096, page.asSlice(8, 4096)),
                        region(0x1000, 4096, page.asSlice(0, 4096).asReadOnly()),
                        region(0x1004, 4096, page.asSlice(0, 4096)),
                        region(0x1000, 100, page.asSlice(0, 100)),
                        region(0x1000, 0, page.asSlice(0, 0)))) {
            GuestMemory memory = Mockito.mock(GuestMemory.class);
            Mockito.when(memory.regionAt(0x1000)).thenReturn(bad);
            GuestFailure of = new GuestFailure("vm1", () -> {});
            GuestMemory seen = GuardedVmm.of(VmmPort.of(memory, vector -> {}), of).memory();
            assertThat(seen.regionAt(0x1000)).as("%s", bad.segment()).isNull();
            assertThat(of.failed()).as("%s", bad.segment()).isTrue();
        }
    }

    private static SharedMemory.Allocator handing(
            @Nullable MemorySegment segment, AtomicInteger closed) {
        SharedMemory memory = Mockito.mock(SharedMemory.class);
        Mockito.when(memory.segment()).thenReturn(segment);
        Mockito.doAnswer(call -> closed.incrementAndGet()).when(memory).close();
        return (label, length) -> memory;
    }

    private static SharedMemory allocated(SharedMemory.Allocator allocator) {
        VmmPort port = VmmPort.of(GuestMemory.none(), vector -> {}).withSharedMemory(allocator);
        return GuardedVmm.of(port, new GuestFailure("vm1", () -> {}))
                .sharedMemory()
                .allocateWindow("window", 8192, 4096);
    }

    @Test
    void sharedMemoryThatIsNotAsAskedFor_isRefusedAndGivenBack() {
        MemorySegment pages = Arena.global().allocate(16384, 4096);
        AtomicInteger closed = new AtomicInteger();
        List<@Nullable MemorySegment> wrong = new ArrayList<>();
        wrong.add(null);
        wrong.add(pages.asSlice(0, 4096));
        wrong.add(pages.asSlice(8, 8192));
        wrong.add(pages.asSlice(0, 8192).asReadOnly());
        wrong.add(MemorySegment.ofArray(new byte[8192]));
        for (MemorySegment segment : wrong) {
            assertThatThrownBy(() -> allocated(handing(segment, closed)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("shared memory \"window\" of 8192 bytes: expected");
        }
        assertThat(closed).hasValue(wrong.size());
        assertThat(allocated(handing(pages.asSlice(0, 8192), closed)).segment().byteSize())
                .isEqualTo(8192);
        assertThat(closed).hasValue(wrong.size());
        assertThatThrownBy(() -> allocated(nothing()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has returned null");
    }

    @SuppressWarnings("NullAway") // what an allocator must not do
    private static SharedMemory.Allocator nothing() {
        return (label, length) -> null;
    }

    @Test
    void soundVmm_isPassedThrough() {
        GuestMemory sound = Mockito.mock(GuestMemory.class);
        GuestMemory.Region region = region(0x1000, 4096, Arena.global().allocate(4096, 4096));
        Mockito.when(sound.regionAt(0x1000)).thenReturn(region);
        Mockito.when(sound.read(0x1000, bytes)).thenReturn(true);
        AtomicInteger raised = new AtomicInteger(-1);
        VmmPort port = GuardedVmm.of(VmmPort.of(sound, raised::set), failure);
        assertThat(port.memory().regionAt(0x1000)).isSameAs(region);
        assertThat(port.memory().read(0x1000, bytes)).isTrue();
        assertThat(port.memory().write(0x1000, bytes)).isFalse();
        port.messages().raise(5);
        assertThat(raised).hasValue(5);
        assertThat(failure.count()).isZero();
        assertThat(steps).hasValue(0);
    }
}
