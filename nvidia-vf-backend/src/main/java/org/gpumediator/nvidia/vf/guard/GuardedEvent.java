package org.gpumediator.nvidia.vf.guard;

/**
 * What is counted for each virtual function, and how much of it is normal. Source of kinds,
 * thresholds and windows: event guard of AMD's open host driver, adopted as a model.
 */
public enum GuardedEvent {
    // spotless:off
    //                   allowed  in seconds
    /** A function-level reset, or a reset of the virtual function by its manager. */
    FUNCTION_RESET      (3,       60),
    /** A request for exclusive access to the engines: to set up, reset, debug or finish. */
    EXCLUSIVE_REQUEST   (9,       60),
    /** An exclusive access that ran out of time. */
    EXCLUSIVE_TIMEOUT   (2,       500),
    /** A message of any kind to the host: an interrupt, a mailbox write. */
    INTERRUPT           (56,      60),
    /** A query for error telemetry. */
    TELEMETRY           (15,      60);
    // spotless:on

    private final int allowed;
    private final int seconds;

    GuardedEvent(int allowed, int seconds) {
        this.allowed = allowed;
        this.seconds = seconds;
    }

    /** Returns the limit that applies unless somebody sets another. */
    public GuardLimit defaultLimit() {
        return GuardLimit.ofSeconds(allowed, seconds);
    }
}
