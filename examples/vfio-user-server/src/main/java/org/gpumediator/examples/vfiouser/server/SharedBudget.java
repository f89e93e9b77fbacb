package org.gpumediator.examples.vfiouser.server;

/**
 * Something of which the process has a limited number, shared by the clients of all its sockets.
 *
 * <p>Invariant: a share never holds more than what is free after it took. So one client gets half
 * of all, two get a third each, and n that take what they can leave the same again for the next
 * one. Nobody has to know how many will come.
 *
 * <p>Safe for use by multiple threads.
 */
final class SharedBudget {

    private final String what;
    private final long total;
    private long taken;

    /**
     * Creates a budget of which nothing is taken.
     *
     * @param what of what, for people
     * @param total how much there is, at least 0
     */
    SharedBudget(String what, long total) {
        this.what = what;
        this.total = Math.max(total, 0);
    }

    /** Returns a share that holds nothing yet. */
    Share share() {
        return new Share();
    }

    synchronized long free() {
        return total - taken;
    }

    /** What one socket's clients hold. */
    final class Share {

        private long held;

        /** Takes so many, or none if they are not there for this share. */
        boolean take(long count) {
            synchronized (SharedBudget.this) {
                if (held + count > total - taken - count) {
                    return false;
                }
                held += count;
                taken += count;
                return true;
            }
        }

        /** Gives so many back. */
        void give(long count) {
            synchronized (SharedBudget.this) {
                held -= count;
                taken -= count;
            }
        }

        /** Says what a refusal is about, for people. */
        String refusal() {
            synchronized (SharedBudget.this) {
                return what
                        + ": "
                        + held
                        + " of its own, "
                        + (total - taken)
                        + " of "
                        + total
                        + " are left for all clients";
            }
        }
    }
}
