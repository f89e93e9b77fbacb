package org.gpumediator.examples.policylab.fleet;

import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.gpumediator.examples.policylab.common.Csv;

/**
 * Requests for virtual GPUs over time.
 *
 * @param name what a report calls it
 * @param requests by rising arrival
 */
public record Stream(String name, List<Request> requests) {

    private static final double LONGEST = 1e12;

    /**
     * One request.
     *
     * @param arrivalSeconds when it comes, since the start
     * @param lifetimeSeconds how long the virtual GPU stays
     * @param type the type it asks for
     */
    public record Request(double arrivalSeconds, double lifetimeSeconds, String type) {}

    /** How arrivals are spread over time. */
    public enum Arrivals {
        /** Evenly, independent of each other. */
        POISSON,
        /** By day three times as many as on average by night. */
        DIURNAL,
        /** Twenty at once. */
        BURSTS
    }

    /** Sorts by arrival; those at one time keep their order. */
    public Stream {
        requests =
                requests.stream()
                        .sorted(Comparator.comparingDouble(Request::arrivalSeconds))
                        .toList();
    }

    /** Returns the same under another name. */
    public Stream named(String newName) {
        return new Stream(newName, requests);
    }

    /** Returns how common each type is. */
    public Map<String, Double> demand() {
        Map<String, Double> demand = new TreeMap<>();
        requests.forEach(request -> demand.merge(request.type, 1.0 / requests.size(), Double::sum));
        return demand;
    }

    /**
     * Makes a stream up.
     *
     * @param count requests
     * @param perSecond arrivals a second on average
     * @param meanLifetime seconds; lifetimes are exponential
     * @param mix types and how often each comes, relative to each other
     */
    public static Stream generated(
            Arrivals arrivals,
            int count,
            double perSecond,
            double meanLifetime,
            Map<String, Integer> mix,
            long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> tickets = new ArrayList<>();
        new LinkedHashMap<>(mix)
                .forEach((type, weight) -> tickets.addAll(Collections.nCopies(weight, type)));
        List<Request> requests = new ArrayList<>();
        double now = 0;
        for (int i = 0; i < count; i++) {
            now += gap(arrivals, i, now, perSecond, random);
            requests.add(
                    new Request(
                            now,
                            exponential(random, meanLifetime),
                            tickets.get(random.nextInt(tickets.size()))));
        }
        return new Stream(arrivals.name().toLowerCase(Locale.ROOT), requests);
    }

    private static double gap(
            Arrivals arrivals, int index, double now, double perSecond, SplittableRandom random) {
        return switch (arrivals) {
            case POISSON -> exponential(random, 1 / perSecond);
            case DIURNAL -> {
                double rate = perSecond * (1 + 0.5 * Math.sin(2 * Math.PI * now / 86_400));
                yield exponential(random, 1 / rate);
            }
            case BURSTS -> index % 20 == 0 ? exponential(random, 20 / perSecond) : 0;
        };
    }

    private static double exponential(SplittableRandom random, double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }

    /**
     * Reads a trace: columns {@code arrival_s}, {@code lifetime_s} and {@code type}.
     *
     * @throws IllegalArgumentException if a field is not what it should be
     */
    public static Stream trace(Path file) {
        List<Request> requests = new ArrayList<>();
        for (Csv.Row row : Csv.read(file).rows()) {
            requests.add(
                    new Request(
                            row.number("arrival_s", 0, LONGEST),
                            row.number("lifetime_s", 0, LONGEST),
                            row.text("type")));
        }
        return new Stream(String.valueOf(file.getFileName()), requests);
    }

    /**
     * Reads a log of events as cloud managers write them: columns {@code time_s} (or {@code
     * timestamp}, as in {@code 2026-01-31T12:00:00Z}), {@code event}, {@code id} and {@code type}.
     * Events are {@code create} and {@code delete}, or as OpenStack and CloudStack name them. What
     * is never deleted stays.
     *
     * @throws IllegalArgumentException if a field is not what it should be, or an id is created
     *     twice
     */
    public static Stream eventLog(Path file) {
        Csv log = Csv.read(file);
        boolean dated = log.has("timestamp");
        double start = dated && !log.rows().isEmpty() ? instant(log.rows().getFirst()) : 0;
        Map<String, Request> open = new LinkedHashMap<>();
        List<Request> requests = new ArrayList<>();
        for (Csv.Row row : log.rows()) {
            String id = row.text("id");
            double at = dated ? instant(row) - start : row.number("time_s", 0, LONGEST);
            switch (row.text("event")) {
                case "create", "compute.instance.create.end", "VM.CREATE" -> {
                    if (open.put(id, new Request(at, LONGEST, row.text("type"))) != null) {
                        throw new IllegalArgumentException(file + ": " + id + " created twice");
                    }
                }
                case "delete", "compute.instance.delete.end", "VM.DESTROY" -> {
                    Request created = open.remove(id);
                    if (created != null) {
                        double from = created.arrivalSeconds;
                        requests.add(new Request(from, Math.max(0, at - from), created.type));
                    }
                }
                default ->
                        throw new IllegalArgumentException(
                                file
                                        + ": event \""
                                        + row.text("event")
                                        + "\": expected create or delete, or"
                                        + " compute.instance.create.end or .delete.end, or"
                                        + " VM.CREATE or VM.DESTROY");
            }
        }
        requests.addAll(open.values());
        return new Stream(String.valueOf(file.getFileName()), requests);
    }

    private static double instant(Csv.Row row) {
        try {
            return Instant.parse(row.text("timestamp")).toEpochMilli() / 1000.0;
        } catch (DateTimeParseException wrong) {
            throw new IllegalArgumentException(
                    "timestamp \"" + row.text("timestamp") + "\": expected 2026-01-31T12:00:00Z",
                    wrong);
        }
    }

    /**
     * Reads the tasks of the openb trace that want one GPU or a part of one, as requests for the
     * smallest type with as large a share of a board. The others are left out: they want several
     * GPUs of one host, or none.
     *
     * @param sizes types, and how many thousandths of a board each is
     * @throws IllegalArgumentException if a field is not what it should be, or the workload has no
     *     times
     */
    public static Stream openb(Path file, Map<String, Integer> sizes) {
        List<Request> requests = new ArrayList<>();
        Map<Integer, String> known = new HashMap<>();
        for (Csv.Row row : Csv.read(file).rows()) {
            if (row.whole("num_gpu", 0, 8) == 1) {
                int milli = row.whole("gpu_milli", 1, 1000);
                double from = row.number("creation_time", 0, LONGEST);
                double until = row.number("deletion_time", 0, LONGEST);
                String type = known.computeIfAbsent(milli, asked -> smallest(sizes, asked));
                requests.add(new Request(from, Math.max(0, until - from), type));
            }
        }
        return new Stream(String.valueOf(file.getFileName()), requests);
    }

    private static String smallest(Map<String, Integer> sizes, int milli) {
        return sizes.entrySet().stream()
                .filter(size -> size.getValue() >= milli)
                .min(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry::getKey))
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no type for " + milli + " thousandths of a board"))
                .getKey();
    }
}
