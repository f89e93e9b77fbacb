package org.gpumediator.examples.policylab.scheduling;

import java.util.List;

/**
 * Guests that share one group of engines.
 *
 * @param name lower-case letters and dashes
 * @param guests numbered in their order, from 0
 */
public record Scenario(String name, List<Workload> guests) {

    /** Copies the list. */
    public Scenario {
        guests = List.copyOf(guests);
    }

    /** Returns the ready-made ones. */
    public static List<Scenario> all() {
        return List.of(
                new Scenario(
                        "desktop",
                        List.of(
                                Workload.frames("game", 5),
                                Workload.frames("desktop", 2),
                                Workload.batch("render"))),
                new Scenario(
                        "office",
                        List.of(
                                Workload.frames("desktop", 4),
                                Workload.bursts("office-1"),
                                Workload.bursts("office-2"),
                                Workload.batch("render"))),
                new Scenario(
                        "hog",
                        List.of(
                                Workload.frames("game", 5),
                                Workload.batch("render"),
                                Workload.hog("hog"))),
                new Scenario(
                        "hostile",
                        List.of(
                                Workload.frames("game", 5),
                                Workload.batch("render"),
                                Workload.sleeper("adversary"))),
                new Scenario(
                        "weights",
                        List.of(
                                Workload.batch("one").weight(1),
                                Workload.batch("two").weight(2),
                                Workload.batch("four").weight(4))),
                new Scenario(
                        "overload",
                        List.of(
                                Workload.frames("game-1", 7),
                                Workload.frames("game-2", 7),
                                Workload.frames("game-3", 7))));
    }

    /**
     * Returns a ready-made one by its name.
     *
     * @throws IllegalArgumentException if there is none; the message lists the names
     */
    public static Scenario byName(String name) {
        return all().stream()
                .filter(one -> one.name.equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "scenario "
                                                + name
                                                + ": expected one of "
                                                + all().stream().map(Scenario::name).toList()));
    }
}
