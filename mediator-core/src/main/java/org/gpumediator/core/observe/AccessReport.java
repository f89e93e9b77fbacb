package org.gpumediator.core.observe;

import java.util.List;
import java.util.Objects;
import java.util.function.LongFunction;

/**
 * What stands in the way of a driver that is being brought up, by register name: accesses that
 * nobody models, and reads that spin.
 *
 * @param unmodelled registers without a model, most often accessed first
 * @param unmodelledOthers accesses to further ones that are not counted one by one
 * @param spinning registers that were read again and again, the longest run first
 */
public record AccessReport(List<Line> unmodelled, long unmodelledOthers, List<Line> spinning) {

    /**
     * One register.
     *
     * @param name name from the catalogue, or region and offset
     * @param reads how often it was read; for a spin, the longest run
     * @param writes how often it was written
     */
    public record Line(String name, long reads, long writes) {

        /** Checks that the name is there. */
        public Line {
            Objects.requireNonNull(name, "name");
        }
    }

    /** Copies the lists. */
    public AccessReport {
        unmodelled = List.copyOf(unmodelled);
        spinning = List.copyOf(spinning);
    }

    /**
     * Makes a report.
     *
     * @param names gives the name of the register at a byte offset
     */
    public static AccessReport of(
            LongFunction<String> names, UnmodelledBook unmodelled, SpinBook spins) {
        return new AccessReport(
                unmodelled.entries().stream()
                        .map(e -> new Line(names.apply(e.offset()), e.reads(), e.writes()))
                        .toList(),
                unmodelled.others(),
                spins.entries().stream()
                        .map(e -> new Line(names.apply(e.offset()), e.reads(), 0))
                        .toList());
    }

    /** Returns whether there is nothing to tell. */
    public boolean isEmpty() {
        return unmodelled.isEmpty() && unmodelledOthers == 0 && spinning.isEmpty();
    }

    /** Returns the report as text, one register per line. */
    public String render() {
        StringBuilder text = new StringBuilder();
        for (Line line : unmodelled) {
            text.append(
                    "unmodelled %-32s %8d reads %8d writes%n"
                            .formatted(line.name(), line.reads(), line.writes()));
        }
        if (unmodelledOthers != 0) {
            text.append("unmodelled %-32s %8d accesses%n".formatted("others", unmodelledOthers));
        }
        for (Line line : spinning) {
            text.append("spinning   %-32s %8d reads%n".formatted(line.name(), line.reads()));
        }
        return text.toString();
    }
}
