package org.gpumediator.examples.policylab.scheduling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.gpumediator.examples.policylab.report.Markup;

/**
 * Writes a run in the trace event format (JSON), which <a href="https://ui.perfetto.dev">the
 * Perfetto viewer</a> opens: a process for the run, a thread for each guest, a span while it was on
 * the engines, an instant where a frame was dropped. Times are microseconds.
 */
final class TraceFile {

    private record Event(long at, String json) {}

    private TraceFile() {}

    static String json(String title, EngineRun.Result run) {
        List<String> lines = new ArrayList<>();
        lines.add(named("process_name", 0, title));
        List<String> threads = new ArrayList<>();
        run.guests().forEach(guest -> threads.add(guest.workload().name()));
        threads.add("change of hands");
        threads.add("idle with work waiting");
        for (int i = 0; i < threads.size(); i++) {
            lines.add(named("thread_name", i + 1, threads.get(i)));
        }
        List<Event> events = new ArrayList<>();
        for (Timeline.Span span : run.timeline().spans()) {
            int thread = span.who() >= 0 ? span.who() : run.guests().size() - 1 - span.who();
            events.add(
                    new Event(
                            span.from(),
                            String.format(
                                    Locale.ROOT,
                                    "{\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f,"
                                            + "\"name\":%s,\"cat\":\"engine\"}",
                                    thread + 1,
                                    span.from() / 1000.0,
                                    (span.until() - span.from()) / 1000.0,
                                    Markup.jsonText(threads.get(thread)))));
        }
        for (Timeline.Drop drop : run.timeline().drops()) {
            events.add(
                    new Event(
                            drop.at(),
                            String.format(
                                    Locale.ROOT,
                                    "{\"ph\":\"i\",\"pid\":1,\"tid\":%d,\"ts\":%.3f,\"s\":\"t\","
                                            + "\"name\":\"frame dropped\",\"cat\":\"frame\"}",
                                    drop.guest() + 1,
                                    drop.at() / 1000.0)));
        }
        events.sort(Comparator.comparingLong(Event::at));
        events.forEach(event -> lines.add(event.json));
        return "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"
                + String.join(",\n", lines)
                + "\n]}\n";
    }

    private static String named(String what, int thread, String name) {
        return String.format(
                "{\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"name\":\"%s\",\"args\":{\"name\":%s}}",
                thread, what, Markup.jsonText(name));
    }
}
