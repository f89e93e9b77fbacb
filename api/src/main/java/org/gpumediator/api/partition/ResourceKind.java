package org.gpumediator.api.partition;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something a GPU has a limited amount of and a virtual GPU owns a part of. Declared by a backend.
 *
 * @param name short lower-case name, as in {@code aperture=64M}: letters, digits and dashes
 * @param unit what is counted
 * @param shape whether a share is a place or just a number
 * @param granularity every share is a multiple of this, and so is every place; positive
 */
public record ResourceKind(String name, Unit unit, Shape shape, long granularity) {

    /** What is counted. */
    public enum Unit {
        BYTES,
        PIECES,
        PERCENT
    }

    /** Whether a share is a place or a number. */
    public enum Shape {
        /** A share is one or more ranges of places that nobody else may have. */
        RANGE,
        /** A share is an amount of a common pool. */
        COUNT
    }

    /**
     * Validates the kind.
     *
     * @throws IllegalArgumentException if the name has other characters, or the granularity is not
     *     positive
     */
    public ResourceKind {
        Objects.requireNonNull(unit, "unit");
        Objects.requireNonNull(shape, "shape");
        if (!name.matches("[a-z0-9]+(-[a-z0-9]+)*")) {
            throw new IllegalArgumentException(
                    "resource name \"" + name + "\": expected lower-case letters, digits, dashes");
        }
        if (granularity <= 0) {
            throw new IllegalArgumentException(
                    "granularity " + granularity + " of " + name + ": expected a positive number");
        }
    }

    /** Returns a hash of the name: kinds are keys of maps, and a GPU has few of them. */
    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof ResourceKind that
                        && name.equals(that.name)
                        && unit == that.unit
                        && shape == that.shape
                        && granularity == that.granularity);
    }

    /**
     * Returns an amount of this resource as people write it: {@code 384 MiB}, {@code 8}, {@code 50
     * %}.
     */
    public String format(long amount) {
        return switch (unit) {
            case PIECES -> Long.toString(amount);
            case PERCENT -> amount + " %";
            case BYTES -> formatBytes(amount);
        };
    }

    private static String formatBytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB"};
        int unit = 0;
        while (unit < 3 && bytes != 0 && bytes % 1024 == 0 && bytes / 1024 != 0) {
            bytes /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%d %s", bytes, units[unit]);
    }
}
