package org.gpumediator.nvidia.vf.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.nvidia.vf.core.FunctionReset.Step;
import org.gpumediator.nvidia.vf.gsp.Waiter;
import org.gpumediator.testkit.SteppedClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FunctionResetTest {

    private static final int EXPRESS = 0x40;
    private static final int RESET_CAPABLE = 1 << 28;

    private final SteppedClock clock = new SteppedClock();
    private final PhysicalGpu function = mock(PhysicalGpu.class);
    private int capabilities = RESET_CAPABLE;
    private boolean pending;
    private boolean ordered;
    private boolean gone;
    private boolean starting;

    @BeforeEach
    void answer() {
        when(function.readConfig(anyInt(), anyInt()))
                .thenAnswer(
                        call -> {
                            int ones = -1 >>> 32 - 8 * call.<Integer>getArgument(1);
                            return gone ? ones : read(call.getArgument(0), ones);
                        });
        doAnswer(call -> ordered |= (call.<Integer>getArgument(2) & 0x8000) != 0)
                .when(function)
                .writeConfig(anyInt(), anyInt(), anyInt());
    }

    private int read(int offset, int ones) {
        return switch (offset) {
            case 0x00 -> starting ? 1 : ones;
            case 0x04 -> starting ? ones : 0;
            case 0x34 -> EXPRESS;
            case EXPRESS -> 0x10;
            case EXPRESS + 4 -> capabilities;
            case EXPRESS + 10 -> pending ? 1 << 5 : 0;
            default -> 0;
        };
    }

    private Step at(FunctionReset reset) {
        return reset.advance(clock.nanoTime());
    }

    @Test
    void begin_withTransactionsUnderWay_waitsForTheirEnd() {
        pending = true;
        FunctionReset reset = FunctionReset.begin(function, clock.nanoTime());
        clock.advanceNanos(900_000_000L);
        assertThat(at(reset)).isEqualTo(Step.PENDING);
        assertThat(ordered).isFalse();
        pending = false;
        assertThat(at(reset)).isEqualTo(Step.ORDERED);
        assertThat(ordered).isTrue();
        assertThat(at(reset)).isEqualTo(Step.READY);
    }

    @Test
    void begin_withTransactionsThatNeverEnd_ordersAfterASecondAllTheSame() {
        pending = true;
        FunctionReset reset = FunctionReset.begin(function, clock.nanoTime());
        clock.advanceNanos(FunctionReset.PENDING_NANOS - 1);
        assertThat(at(reset)).isEqualTo(Step.PENDING);
        clock.advanceNanos(1);
        assertThat(at(reset)).isEqualTo(Step.ORDERED);
    }

    @Test
    void advance_whileItAnswersNotReadyThenOnes_becomesReadyAfterBoth() {
        FunctionReset reset = FunctionReset.begin(function, clock.nanoTime());
        starting = true;
        assertThat(at(reset)).isEqualTo(Step.STARTING);
        starting = false;
        gone = true;
        assertThat(at(reset)).isEqualTo(Step.STARTING);
        gone = false;
        assertThat(at(reset)).isEqualTo(Step.READY);
    }

    @Test
    void advance_afterASecondNotReady_hasFailedForGood() {
        FunctionReset reset = FunctionReset.begin(function, clock.nanoTime());
        starting = true;
        clock.advanceNanos(FunctionReset.READY_NANOS - 1);
        assertThat(at(reset)).isEqualTo(Step.STARTING);
        clock.advanceNanos(1);
        assertThat(at(reset)).isEqualTo(Step.FAILED);
        starting = false;
        assertThat(at(reset)).isEqualTo(Step.FAILED);
    }

    @Test
    void begin_withoutTheAbility_isRefused() {
        capabilities = 0;
        assertThatThrownBy(() -> FunctionReset.begin(function, 0))
                .isInstanceOf(GpuMediationException.class)
                .hasMessageContaining("no function-level reset");
        assertThat(ordered).isFalse();
    }

    @Test
    void perform_onOneThatHangs_losesTheShare() {
        starting = true;
        Waiter waiter = new Waiter(() -> clock.advanceNanos(1_000_000), () -> true);
        assertThatThrownBy(() -> FunctionReset.perform(function, waiter))
                .isInstanceOf(ShareLostException.class);
    }
}
