package org.gpumediator.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.InterruptSink;

/**
 * Takes the interrupts of one virtual GPU and remembers them: messages by vector, and the level of
 * the line. Checks its caller: a level set twice in a row is a {@link #violations violation}.
 *
 * <p>Safe for use by multiple threads. Never calls anybody, so it may be raised under any lock.
 */
public final class InterruptRecorder implements InterruptSink, InterruptLine {

    private static final int MAX_VECTORS = 2048;

    /* All fields are guarded by this object's private lock; nobody is called under it. */
    private final Object lock = new Object();
    private final long[] raised = new long[MAX_VECTORS];
    private final long[] taken = new long[MAX_VECTORS];
    private final List<String> violations = new ArrayList<>();
    private boolean asserted;
    private long assertions;

    /** Creates a recorder that has heard nothing; the line is inactive. */
    public InterruptRecorder() {}

    @Override
    public void raise(int vector) {
        synchronized (lock) {
            if (vector < 0 || vector >= MAX_VECTORS) {
                violate("vector " + vector + ": expected 0 to " + (MAX_VECTORS - 1));
                return;
            }
            raised[vector]++;
        }
    }

    @Override
    public void assertLevel() {
        synchronized (lock) {
            if (asserted) {
                violate("line asserted while it was active");
            }
            asserted = true;
            assertions++;
        }
    }

    @Override
    public void deassert() {
        synchronized (lock) {
            if (!asserted) {
                violate("line deasserted while it was inactive");
            }
            asserted = false;
        }
    }

    private void violate(String what) {
        if (violations.size() < 100) {
            violations.add(what);
        }
    }

    /**
     * Returns how often a vector was raised.
     *
     * @param vector {@code 0} to {@code 2047}
     */
    public long count(int vector) {
        synchronized (lock) {
            return raised[vector];
        }
    }

    /** Returns how many messages were raised on all vectors. */
    public long messages() {
        synchronized (lock) {
            return Arrays.stream(raised).sum();
        }
    }

    /** Returns how often the line went active. */
    public long lineAssertions() {
        synchronized (lock) {
            return assertions;
        }
    }

    /** Returns whether the line is active now. */
    public boolean lineActive() {
        synchronized (lock) {
            return asserted;
        }
    }

    /**
     * Takes one message that nobody has taken yet, as a processor takes an interrupt; the lowest
     * vector first.
     *
     * @return its vector, or {@code -1} if there is none
     */
    public int take() {
        synchronized (lock) {
            for (int vector = 0; vector < MAX_VECTORS; vector++) {
                if (taken[vector] < raised[vector]) {
                    taken[vector]++;
                    return vector;
                }
            }
            return -1;
        }
    }

    /**
     * Takes one message of one vector that nobody has taken yet.
     *
     * @param vector {@code 0} to {@code 2047}
     * @return whether there was one
     */
    public boolean take(int vector) {
        synchronized (lock) {
            if (taken[vector] < raised[vector]) {
                taken[vector]++;
                return true;
            }
            return false;
        }
    }

    /**
     * Steps the world until something has happened. Never sleeps.
     *
     * @param what what is waited for; called before each step
     * @param step moves the world a little, such as one step of the fake GPU and the mediator
     * @param maxSteps how many steps at most, not negative
     * @return whether it happened
     */
    public static boolean stepUntil(BooleanSupplier what, Runnable step, int maxSteps) {
        for (int i = 0; i < maxSteps; i++) {
            if (what.getAsBoolean()) {
                return true;
            }
            step.run();
        }
        return what.getAsBoolean();
    }

    /** Returns what the caller did against the contracts, in order; at most the first hundred. */
    public List<String> violations() {
        synchronized (lock) {
            return List.copyOf(violations);
        }
    }

    /** Forgets everything but the level of the line. */
    public void clear() {
        synchronized (lock) {
            Arrays.fill(raised, 0);
            Arrays.fill(taken, 0);
            violations.clear();
            assertions = 0;
        }
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return "messages="
                    + Arrays.stream(raised).sum()
                    + " line="
                    + (asserted ? "active" : "inactive")
                    + " assertions="
                    + assertions;
        }
    }
}
