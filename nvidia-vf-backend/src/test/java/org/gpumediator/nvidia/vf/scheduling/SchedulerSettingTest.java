package org.gpumediator.nvidia.vf.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.gpumediator.core.schedule.AdaptiveRoundRobin;
import org.gpumediator.core.schedule.BestEffort;
import org.gpumediator.core.schedule.EqualShare;
import org.gpumediator.core.schedule.FixedShare;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerSettingTest {

    @Test
    void decode_knownWords_givesTheirPolicies() {
        assertThat(SchedulerSetting.decode(0x00, 4).policy()).isEqualTo(new BestEffort());
        assertThat(SchedulerSetting.decode(0x01, 8).policy())
                .isEqualTo(new AdaptiveRoundRobin(1_000_000_000L / 480, 33));
        assertThat(SchedulerSetting.decode(0x01, 9).policy())
                .isEqualTo(new AdaptiveRoundRobin(1_000_000_000L / 960, 33));
        assertThat(SchedulerSetting.decode(0x11, 4).policy())
                .isEqualTo(new FixedShare(1_000_000_000L / 480));
        assertThat(SchedulerSetting.decode(0x0005_0003, 4).policy())
                .isEqualTo(new EqualShare(5_000_000L));
        assertThat(SchedulerSetting.decode(0x00ff_0013, 4).policy())
                .isEqualTo(new FixedShare(30_000_000L));
        assertThat(SchedulerSetting.decode(0x0a0f_a001, 4).policy())
                .isEqualTo(new AdaptiveRoundRobin(1_000_000_000L / 250, 10));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x21, 0xf1, 0x3d00_0001, 0x0001_4001, 0x003f_f001})
    void decode_wordsOutOfRange_areRefused(int word) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SchedulerSetting.decode(word, 4))
                .withMessageContaining("expected");
    }

    @Test
    void elasticCap_ofAFixedShare_boundsTheExtraTime() {
        SchedulerSetting fixed = SchedulerSetting.decode(0x0002_0013, 4);
        assertThat(fixed.elasticPolicy(0x0003_000a)).isEqualTo(new FixedShare(2_000_000L, 3, 10));
        assertThat(fixed.elasticPolicy(0x7fff_0001)).isEqualTo(new FixedShare(2_000_000L, 32, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> fixed.elasticPolicy(0x0003_0000));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SchedulerSetting.decode(0x03, 4).elasticPolicy(0x0003_000a));
    }
}
