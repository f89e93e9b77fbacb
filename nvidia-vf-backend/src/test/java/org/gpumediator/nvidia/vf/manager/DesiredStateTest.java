package org.gpumediator.nvidia.vf.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.gpumediator.api.partition.ResourceRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DesiredStateTest {

    private static VgpuRecord record(String name, int gfid) {
        return new VgpuRecord(
                name,
                gfid,
                875,
                new ResourceRange((long) gfid << 33, 1L << 30),
                new ResourceRange(((long) gfid << 33) + (1L << 30), 64 << 20),
                new ResourceRange(64L * gfid, 64),
                100,
                1);
    }

    @Test
    void parse_ofFormatted_isTheSame() {
        DesiredState state = new DesiredState("l40", List.of(record("a", 1), record("b", 2)));
        assertThat(DesiredState.parse(state.format(), 1)).isEqualTo(state);
    }

    @Test
    void parse_collidingVgpus_isRefusedNamingBoth() {
        String text =
                new DesiredState("l40", List.of(record("a", 1))).format()
                        + new DesiredState("l40", List.of(record("b", 1)))
                                .format()
                                .lines()
                                .skip(1)
                                .findFirst()
                                .orElseThrow();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DesiredState.parse(text, 1))
                .withMessageContaining("b: collides with a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gpu-mediator-vf 2 board=l40",
                "gpu-mediator-vf 1 board=L40!",
                "gpu-mediator-vf 1 board=l40\nvgpu name=a",
                "gpu-mediator-vf 1 board=l40\ngpu name=a",
                "gpu-mediator-vf 1 board=l40\nvgpu name=a name=b",
                "gpu-mediator-vf 1 board=l40\nvgpu colour=red",
                "gpu-mediator-vf 1 board=l40\n"
                        + "vgpu name=a gfid=-1 type=1 framebuffer=0x0+0x1 heap=0x2+0x1 channels=0x0+0x1"
                        + " encoder=1"
            })
    void parse_anythingElse_isRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> DesiredState.parse(text, 1));
    }
}
