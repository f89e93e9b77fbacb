package org.gpumediator.examples.policylab.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.gpumediator.core.schedule.RoundRobin;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Holds a trace against the trace event format, stricter than the viewer is. */
class TraceFileTest {

    private static final ObjectMapper STRICT =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .build();

    private static final Map<String, Set<String>> KEYS =
            Map.of(
                    "M", Set.of("ph", "pid", "tid", "name", "args"),
                    "X", Set.of("ph", "pid", "tid", "ts", "dur", "name", "cat"),
                    "i", Set.of("ph", "pid", "tid", "ts", "s", "name", "cat"));

    private static EngineRun.Result run() {
        return new EngineRun(Scenario.all().get(2).guests(), new RoundRobin(), 1)
                .run(1000 * Workload.MILLI);
    }

    @Test
    void everyEventIsOfTheFormat() {
        JsonNode root = STRICT.readTree(TraceFile.json("a \"title\"", run()));

        assertThat(root.propertyNames())
                .containsExactlyInAnyOrder("displayTimeUnit", "traceEvents");
        assertThat(root.get("displayTimeUnit").stringValue()).isIn("ms", "ns");
        Set<Integer> threads = new HashSet<>();
        Map<Integer, Double> busyUntil = new HashMap<>();
        double last = 0;
        for (JsonNode event : root.get("traceEvents")) {
            String phase = event.get("ph").stringValue();
            assertThat(KEYS).containsKey(phase);
            assertThat(Set.copyOf(event.propertyNames())).isEqualTo(KEYS.get(phase));
            int thread = event.get("tid").intValue();
            assertThat(event.get("pid").isInt() && event.get("tid").isInt()).isTrue();
            assertThat(event.get("name").isString()).isTrue();
            if (phase.equals("M")) {
                assertThat(event.get("name").stringValue()).isIn("process_name", "thread_name");
                assertThat(event.get("args").get("name").isString()).isTrue();
                threads.add(thread);
                continue;
            }
            assertThat(threads).as("named before it is used").contains(thread);
            double at = event.get("ts").doubleValue();
            assertThat(at).isGreaterThanOrEqualTo(last);
            last = at;
            if (phase.equals("i")) {
                assertThat(event.get("s").stringValue()).isIn("t", "p", "g");
            } else {
                assertThat(event.get("dur").doubleValue()).isPositive();
                assertThat(at).isGreaterThanOrEqualTo(busyUntil.getOrDefault(thread, 0.0) - 1e-3);
                busyUntil.put(thread, at + event.get("dur").doubleValue());
            }
        }
    }

    @Test
    void spansAndDropsAreThoseOfTheRun() {
        EngineRun.Result run = run();
        Map<String, Integer> phases = new HashMap<>();
        double micros = 0;
        for (JsonNode event : STRICT.readTree(TraceFile.json("x", run)).get("traceEvents")) {
            phases.merge(event.get("ph").stringValue(), 1, Integer::sum);
            if (event.get("name").stringValue().equals("game") && event.has("dur")) {
                micros += event.get("dur").doubleValue();
            }
        }

        assertThat(phases).containsEntry("X", run.timeline().spans().size());
        assertThat(phases).containsEntry("i", run.timeline().drops().size());
        assertThat(run.timeline().drops()).hasSize(run.guests().getFirst().dropped()).isNotEmpty();
        assertThat((long) micros)
                .isBetween(
                        run.guests().getFirst().busyNanos() / 1000 - 1,
                        run.guests().getFirst().busyNanos() / 1000 + 1001);
    }
}
