package org.gpumediator.testkit.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.plain.PlainGpu;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replays on a virtual GPU whose BAR 0 stores what is written. */
class TraceReplayTest {

    private static final int WRITE = TraceBytes.WRITE;

    private final Mediator mediator = Mediator.builder(new PlainGpu()).backend("plain").build();
    private final FakeVmm vmm = FakeVmm.create();

    @BeforeEach
    void plug() {
        vmm.plug(mediator.create(VgpuRequest.ofQuotas("vm1", Map.of()), vmm.port()));
    }

    @AfterEach
    void close() {
        vmm.close();
        mediator.close();
    }

    /** Writes three registers, reads them all twice; the recorded answer of one read can be set. */
    private static TraceBytes sample(int secondAnswer) {
        return TraceBytes.withHeader()
                .access32(WRITE, 0x10, 0x11)
                .access32(WRITE, 0, 0x22)
                .access32(WRITE, 0, 0x33)
                .access32(0, -12, 0x11)
                .access32(0, 0, secondAnswer)
                .access32(0, 0, 0x33)
                .access32(0, -12, 0x11)
                .access32(0, 0, secondAnswer)
                .access32(0, 0, 0x33);
    }

    @Test
    void run_sameAnswers_reportsNothingButCounts() throws IOException {
        ReplayReport report = TraceReplay.of(sample(0x22).trace()).run(vmm.gpu());

        assertThat(report).isEqualTo(new ReplayReport(6, 3, 0, 9, List.of(), List.of()));
        assertThat(vmm.bar(0).read32(0x18)).isEqualTo(0x33);
    }

    @Test
    void run_anotherAnswer_isReportedWithPlaceCountAndValues() throws IOException {
        ReplayReport report = TraceReplay.of(sample(0x99).trace()).run(vmm.gpu());

        assertThat(report.differences())
                .containsExactly(new ReplayReport.Difference(0, 0x14, 2, 4, 0x99, 0x22));
        assertThat(report.differences().get(0))
                .hasToString(
                        "region 0 at 0x14: 2 reads differ, first access 4: recorded 0x99, now"
                                + " 0x22");
    }

    @Test
    void run_anotherWrittenValue_isSeenByTheReadsAfterIt() throws IOException {
        AccessTrace trace =
                TraceBytes.withHeader()
                        .access32(WRITE, 0x20, 5)
                        .access32(0, -4, 4)
                        .access32(0, -16, 1)
                        .trace();

        assertThat(TraceReplay.of(trace).run(vmm.gpu()).differences())
                .containsExactly(
                        new ReplayReport.Difference(0, 0x14, 1, 2, 1, 0),
                        new ReplayReport.Difference(0, 0x20, 1, 1, 4, 5));
    }

    @Test
    void run_excusedPlace_isReportedApart() throws IOException {
        ReplayReport report =
                TraceReplay.of(sample(0x99).trace())
                        .excusing((region, offset) -> region == 0 && offset <= 0x14)
                        .run(vmm.gpu());

        assertThat(report.differences()).isEmpty();
        assertThat(report.excusedReads()).isEqualTo(4);
        assertThat(report.excusedDifferences())
                .containsExactly(new ReplayReport.Difference(0, 0x14, 2, 4, 0x99, 0x22));
    }

    @Test
    void run_stepping_callsBackBetweenAccessesAndAtTheEnd() throws IOException {
        List<Integer> seen = new ArrayList<>();
        ReplayReport report =
                TraceReplay.of(sample(0x22).trace())
                        .stepping(2, () -> seen.add(vmm.bar(0).read32(0x18)))
                        .run(vmm.gpu());

        assertThat(seen).containsExactly(0, 0x33, 0x33, 0x33, 0x33);
        assertThat(report.steps()).isEqualTo(5);
    }

    @Test
    void run_twice_makesTheSameAccesses() throws IOException {
        TraceReplay replay = TraceReplay.of(sample(0x22).trace());

        assertThat(replay.run(vmm.gpu())).isEqualTo(replay.run(vmm.gpu()));
    }

    @Test
    void run_accessOutsideTheRegions_isRefusedBeforeAnything() throws IOException {
        AccessTrace noSuchRegion =
                TraceBytes.withHeader().access32(WRITE, 0x10, 1).access32(4, 0, 0).trace();
        assertThatThrownBy(() -> TraceReplay.of(noSuchRegion).run(vmm.gpu()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("access 1 to 0x0 of region 4: vm1 has 0x0 bytes there");
        AccessTrace beyond =
                TraceBytes.withHeader().raw(TraceBytes.BYTES_1, 0x80, 0x80, 0x08, 0).trace();
        assertThatThrownBy(() -> TraceReplay.of(beyond).run(vmm.gpu()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x10000");
        assertThat(vmm.bar(0).read32(0x10)).isZero();
    }

    @Test
    void stepping_notPositive_isRefused() throws IOException {
        TraceReplay replay = TraceReplay.of(sample(0x22).trace());
        assertThatThrownBy(() -> replay.stepping(0, () -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
