package org.gpumediator.nvidia.vf.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.gpumediator.core.schedule.BestEffort;
import org.gpumediator.core.schedule.EqualShare;
import org.gpumediator.core.schedule.FixedShare;
import org.gpumediator.nvidia.vf.scheduling.SchedulerCaps.Limits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerSettingTest {

    private static final SchedulerCaps CAPS =
            new SchedulerCaps(
                    true,
                    new Limits(1_000_000, 30_000_000),
                    new Limits(63, 960),
                    new Limits(1, 60),
                    new Limits(1_000_000, 2_000_000_000));

    @Test
    void decode_knownWords_givesTheirPolicies() {
        assertThat(SchedulerSetting.decode(0x00, 4, CAPS).policy()).isEqualTo(new BestEffort());
        assertThat(SchedulerSetting.decode(0x01, 8, CAPS).policy())
                .isEqualTo(new EqualShare(1_000_000_000L / 480, 33, false));
        assertThat(SchedulerSetting.decode(0x01, 9, CAPS).policy())
                .isEqualTo(new EqualShare(1_000_000_000L / 960, 33, false));
        assertThat(SchedulerSetting.decode(0x11, 4, CAPS).policy())
                .isEqualTo(new FixedShare(1_000_000_000L / 480).withAveragingFactor(33));
        assertThat(SchedulerSetting.decode(0x0005_0003, 4, CAPS).policy())
                .isEqualTo(new EqualShare(5_000_000L, 0, false));
        assertThat(SchedulerSetting.decode(0x00ff_0013, 4, CAPS).policy())
                .isEqualTo(new FixedShare(30_000_000L).withAveragingFactor(0));
        assertThat(SchedulerSetting.decode(0x0a0f_a001, 4, CAPS).policy())
                .isEqualTo(new EqualShare(1_000_000_000L / 250, 10, false));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x21, 0xf1, 0x3d00_0001, 0x0001_4001, 0x003f_f001})
    void decode_wordsOutOfRange_areRefused(int word) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SchedulerSetting.decode(word, 4, CAPS))
                .withMessageContaining("expected");
    }

    @Test
    void elasticCap_ofAFixedShare_boundsTheExtraTime() {
        SchedulerSetting fixed = SchedulerSetting.decode(0x0002_0013, 4, CAPS);
        assertThat(fixed.elasticPolicy(0x0003_000a))
                .isEqualTo(new FixedShare(2_000_000L, 3, 10, 0, false));
        assertThat(fixed.elasticPolicy(0x7fff_0001))
                .isEqualTo(new FixedShare(2_000_000L, 32, 1, 0, false));
        assertThatIllegalArgumentException().isThrownBy(() -> fixed.elasticPolicy(0x0003_0000));
        SchedulerSetting unweighted = SchedulerSetting.decode(0x0002_001b, 4, CAPS);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> unweighted.elasticPolicy(0x0003_000a));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> SchedulerSetting.decode(0x03, 4, CAPS).elasticPolicy(0x0003_000a));
    }

    @Test
    void decode_boardWithOtherLimits_refusesWhatItCannotDo() {
        SchedulerCaps narrow =
                new SchedulerCaps(
                        false,
                        new Limits(4_000_000, 8_000_000),
                        CAPS.hertz(),
                        CAPS.averaging(),
                        CAPS.timeouts());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SchedulerSetting.decode(0x01, 4, narrow))
                .withMessageContaining("pay back");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SchedulerSetting.decode(0x0002_0003, 4, narrow))
                .withMessageContaining("2000000 ns: expected 4000000 to 8000000");
        assertThat(SchedulerSetting.decode(0x03, 4, narrow).sliceNanos())
                .as("default")
                .isEqualTo(4_000_000);
        assertThat(SchedulerSetting.decode(0x0014_0003, 4, narrow).sliceNanos())
                .isEqualTo(8_000_000);
    }
}
