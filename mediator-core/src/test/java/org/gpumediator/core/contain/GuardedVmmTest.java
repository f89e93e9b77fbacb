package org.gpumediator.core.contain;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.VmmPort;
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

    @Test
    void soundVmm_isPassedThrough() {
        GuestMemory sound = Mockito.mock(GuestMemory.class);
        GuestMemory.Region region = Mockito.mock(GuestMemory.Region.class);
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
