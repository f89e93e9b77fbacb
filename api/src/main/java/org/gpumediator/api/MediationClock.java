package org.gpumediator.api;

/** Where time comes from. Tests give a stepped one. */
@FunctionalInterface
public interface MediationClock {

    /** Returns nanoseconds since an arbitrary origin; never falls, may be called on any thread. */
    long nanoTime();

    /** Returns the clock of the Java virtual machine. */
    static MediationClock system() {
        return System::nanoTime;
    }
}
