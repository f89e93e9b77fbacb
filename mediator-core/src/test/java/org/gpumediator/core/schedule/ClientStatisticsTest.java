package org.gpumediator.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The names under which every backend shows what a client has had. */
final class ClientStatisticsTest {

    @Test
    void statistics_areAddedUnderTheirNames() {
        Map<String, Long> counters = new TreeMap<>(Map.of("interrupts.raised", 9L));

        new EngineGroupScheduler.ClientStatistics(1, 2, 3, 4, 5).addTo(counters);

        assertThat(counters)
                .containsExactly(
                        Map.entry("engines.busy.nanos", 1L),
                        Map.entry("engines.switches", 5L),
                        Map.entry("engines.wait.nanos", 3L),
                        Map.entry("engines.wait.worst.nanos", 4L),
                        Map.entry("engines.waits", 2L),
                        Map.entry("interrupts.raised", 9L));
    }
}
