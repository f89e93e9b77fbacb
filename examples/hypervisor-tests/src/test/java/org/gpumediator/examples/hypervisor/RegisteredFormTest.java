package org.gpumediator.examples.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.FakeHaswell.CommandTiming;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.gpumediator.testkit.junit.FakeGpuExtension;
import org.gpumediator.testkit.junit.FakeGpuWorld;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The long form of the extension: two guests of chosen sizes, and commands that take time. */
class RegisteredFormTest {

    private static final Map<String, Long> QUOTAS =
            Map.of("aperture", 64L << 20, "hidden", 128L << 20);

    @RegisterExtension
    static final FakeGpuExtension GPU =
            FakeGpuExtension.builder()
                    .gpu(
                            clock ->
                                    FakeHaswell.builder()
                                            .clock(clock)
                                            .timing(CommandTiming.MODELLED)
                                            .build())
                    .vgpu(VgpuRequest.ofQuotas("office", QUOTAS))
                    .vgpu(VgpuRequest.ofQuotas("render", QUOTAS))
                    .option("gtt", "relaxed")
                    .build();

    @Test
    void twoGuests_workAtOnce(
            ScriptedHaswellGuest office, ScriptedHaswellGuest render, FakeGpuWorld world) {
        office.boot();
        render.boot();
        Request one = office.submit(HaswellEngine.RCS);
        Request other = render.submit(HaswellEngine.RCS);

        assertThat(world.stepUntil(() -> one.completed() && other.completed(), 10_000)).isTrue();
        assertThat(office.hiddenBase()).isNotEqualTo(render.hiddenBase());
    }
}
