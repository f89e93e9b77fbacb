package org.gpumediator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VirtualGpu;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

final class FaultSummaryTest {

    private static final long MINUTE = 60_000_000_000L;

    private final List<String> lines = new ArrayList<>();
    private final FaultSummary summary =
            new FaultSummary((vgpu, fresh) -> lines.add(vgpu + " " + fresh));
    private final VirtualGpu vgpu = Mockito.mock(VirtualGpu.class);
    private final List<VirtualGpu> all = List.of(vgpu);

    private void faults(GuestFaultKind kind, long count) {
        Mockito.when(vgpu.name()).thenReturn("vm1");
        Mockito.when(vgpu.statistics())
                .thenReturn(new VgpuStatistics(Map.of(kind, count), new TreeMap<>()));
    }

    @Test
    void step_manyTimesAMinute_writesOneLineOfWhatIsNew() {
        faults(GuestFaultKind.PRIVILEGED_COMMAND, 5);
        for (long now = 0; now <= MINUTE; now += MINUTE / 100) {
            summary.step(all, now);
        }
        assertThat(lines).containsExactly("vm1 {PRIVILEGED_COMMAND=5}");
        faults(GuestFaultKind.PRIVILEGED_COMMAND, 7);
        summary.step(all, MINUTE + 1);
        summary.step(all, 2 * MINUTE);
        assertThat(lines).last().isEqualTo("vm1 {PRIVILEGED_COMMAND=2}");
        summary.step(all, 3 * MINUTE);
        assertThat(lines).hasSize(2);
    }

    @Test
    void forget_writesTheRest() {
        faults(GuestFaultKind.HANG, 1);
        summary.step(all, 0);
        summary.forget(vgpu);
        assertThat(lines).containsExactly("vm1 {HANG=1}");
    }
}
