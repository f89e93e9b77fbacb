package org.gpumediator.testkit.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.FakeHaswell.CommandTiming;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScriptedHaswellGuestTest {

    private final SteppedClock clock = new SteppedClock();
    private final FakeHaswell gpu =
            FakeHaswell.builder().timing(CommandTiming.MODELLED).clock(clock).build();
    private final BareHaswell bare = new BareHaswell(gpu);
    private final ScriptedHaswellGuest guest =
            ScriptedHaswellGuest.on(bare.vmm)
                    .stepping(() -> gpu.advance(clock.advanceNanos(10_000), 1_000))
                    .patience(2_000)
                    .build();

    @AfterEach
    void close() {
        bare.vmm.close();
    }

    @Test
    void boot_onFakeHaswell_comesUpWithoutComplaint() {
        guest.boot();

        assertThat(guest.complaints()).isEmpty();
        assertThat(guest.usesMessageInterrupts()).isTrue();
        assertThat(guest.interruptsHandled()).isGreaterThanOrEqualTo(4);
        assertThat(guest.tableWrites()).isGreaterThan((96 + 384) * 256);
        assertThat(gpu.busFaults()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void submit_userBatch_storesWithoutPrivilege(HaswellEngine engine) {
        guest.boot();
        GuestObject target = guest.allocate(4096);
        guest.await(guest.submit(engine, Batch.user().storeDword(target.graphicsAddress(), 42)));

        assertThat(target.read32(0)).isEqualTo(42);
        assertThat(guest.complaints()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void submit_manyKernelBatches_wrapTheRing(HaswellEngine engine) {
        guest.boot();
        GuestObject target = guest.allocateMappable(4096);
        for (int i = 1; i <= 200; i++) {
            guest.submit(
                    engine, Batch.kernel().storeDword(target.graphicsAddress() + 4 * (i % 8), i));
        }
        guest.await(guest.submit(engine));

        assertThat(target.read32(0)).isEqualTo(200);
        assertThat(target.read32(4)).isEqualTo(193);
        assertThat(guest.hostile().peekAperture(target.graphicsAddress())).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void resetEngine_afterHang_completesGuiltyAndLaterRequests(HaswellEngine engine) {
        guest.boot();
        GuestObject target = guest.allocate(4096);
        Request guilty = guest.hang(engine);
        Request later = guest.submit(engine, Batch.user().storeDword(target.graphicsAddress(), 7));
        assertThat(guest.waitFor(guilty)).isFalse();
        guest.resetEngine(engine);
        guest.await(later);

        assertThat(guilty.completed()).isTrue();
        assertThat(target.read32(0)).isEqualTo(7);
        for (HaswellEngine other : HaswellEngine.values()) {
            guest.await(guest.submit(other));
        }
    }

    @Test
    void boot_afterUnload_comesUpAgain() {
        guest.boot();
        guest.unload();
        guest.boot();

        assertThat(guest.complaints()).isEmpty();
    }

    @Test
    void boot_engineLosesUserInterrupts_complains() {
        gpu.loseUserInterrupts(HaswellEngine.BCS, 1_000);
        guest.boot();

        assertThat(guest.complaints()).singleElement().asString().contains("BCS", "interrupt");
    }

    @Test
    void boot_resetNeverFinishes_saysSo() {
        gpu.stickReset();

        assertThatExceptionOfType(GuestTroubleException.class)
                .isThrownBy(guest::boot)
                .withMessageContaining("GDRST");
    }

    @Test
    void boot_hungEngine_namesItAndItsRegisters() {
        guest.boot();
        gpu.hang(HaswellEngine.VCS);
        Request stuck = guest.submit(HaswellEngine.VCS);

        assertThatExceptionOfType(GuestTroubleException.class)
                .isThrownBy(() -> guest.await(stuck))
                .withMessageContaining("VCS")
                .withMessageContaining("HEAD 0x");
    }
}
