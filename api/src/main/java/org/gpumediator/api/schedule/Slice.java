package org.gpumediator.api.schedule;

/**
 * Whom to run and for how long.
 *
 * @param client number of the virtual GPU, or {@code -1} for nobody
 * @param lengthNanos how long, in nanoseconds, positive; for nobody, when to ask again at the
 *     latest
 * @param targetNanos what the slice was meant to be before older overruns were taken off it,
 *     positive; the account of overruns grows by what it really takes beyond this
 */
public record Slice(int client, long lengthNanos, long targetNanos) {

    /**
     * Validates the slice.
     *
     * @throws IllegalArgumentException if the client is below -1 or the length is not positive
     */
    public Slice {
        if (client < -1 || lengthNanos <= 0 || targetNanos <= 0) {
            throw new IllegalArgumentException(
                    "slice for "
                            + client
                            + " of "
                            + lengthNanos
                            + " ns, target "
                            + targetNanos
                            + " ns: expected a client >= -1 and a positive length");
        }
    }

    /** Creates a slice whose target is its length. */
    public Slice(int client, long lengthNanos) {
        this(client, lengthNanos, lengthNanos);
    }

    /**
     * Returns a decision to run nobody until somebody wakes, or {@code lengthNanos} have passed.
     */
    public static Slice idle(long lengthNanos) {
        return new Slice(-1, lengthNanos);
    }
}
