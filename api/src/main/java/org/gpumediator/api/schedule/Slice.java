package org.gpumediator.api.schedule;

/**
 * Whom to run and for how long.
 *
 * @param client number of the virtual GPU, or {@code -1} for nobody
 * @param lengthNanos how long, in nanoseconds, positive; for nobody, when to ask again at the
 *     latest
 */
public record Slice(int client, long lengthNanos) {

    /**
     * Validates the slice.
     *
     * @throws IllegalArgumentException if the client is below -1 or the length is not positive
     */
    public Slice {
        if (client < -1 || lengthNanos <= 0) {
            throw new IllegalArgumentException(
                    "slice for "
                            + client
                            + " of "
                            + lengthNanos
                            + " ns: expected a client >= -1 and a positive length");
        }
    }

    /**
     * Returns a decision to run nobody until somebody wakes, or {@code lengthNanos} have passed.
     */
    public static Slice idle(long lengthNanos) {
        return new Slice(-1, lengthNanos);
    }
}
