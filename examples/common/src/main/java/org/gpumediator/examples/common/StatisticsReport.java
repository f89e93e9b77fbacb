package org.gpumediator.examples.common;

import java.util.Map;
import java.util.SortedMap;
import org.gpumediator.core.MediationStatistics;

/** Every counter as text: one line for each, below a line that says whose they are. */
public final class StatisticsReport {

    private StatisticsReport() {}

    public static String of(
            MediationStatistics statistics,
            Map<String, SortedMap<String, Long>> sockets,
            GpuLoop loop) {
        StringBuilder text = new StringBuilder();
        statistics
                .vgpus()
                .forEach(
                        (name, vgpu) -> {
                            text.append("STATS vgpu ").append(name).append('\n');
                            vgpu.counters().forEach((key, value) -> line(text, key, value));
                            vgpu.faults().entrySet().stream()
                                    .sorted(Map.Entry.comparingByKey())
                                    .forEach(
                                            fault ->
                                                    line(
                                                            text,
                                                            "fault." + fault.getKey(),
                                                            fault.getValue()));
                            SortedMap<String, Long> socket = sockets.get(name);
                            if (socket != null) {
                                socket.forEach((key, value) -> line(text, key, value));
                            }
                        });
        text.append("STATS gpu\n");
        statistics.counters().forEach((key, value) -> line(text, key, value));
        line(text, "loop.rounds", loop.rounds());
        line(text, "loop.busy.nanos", loop.busyNanos());
        line(text, "loop.failures", loop.failures());
        return text.toString();
    }

    private static void line(StringBuilder text, String name, long value) {
        text.append("  ").append(name).append(' ').append(value).append('\n');
    }
}
