package org.gpumediator.examples.vfiouser.server;

/**
 * Something of which the process has a limited number, shared by the clients of all its sockets.
 *
 * <p>Each share has a part that is set aside for it when it is made: a socket that is served first
 * and used last finds that much, however many took what they could before. Half of all is enough
 * for so many parts; whoever is served after that gets half of what is left.
 *
 * <p>Of the rest, a share never holds more than what is free after it took. So of the rest one
 * client gets half, two get a third each, and n that take what they can leave the same again for
 * the next one. Nobody has to know how many will come.
 *
 * <p>Safe for use by multiple threads.
 */
final class SharedBudget {

    /** One part of so many is set aside for each share. */
    private static final int PARTS = 32;

    private final String what;
    private final long total;

    /** What is held or set aside. */
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

    /** Returns a share that holds nothing yet, its part set aside. */
    synchronized Share share() {
        long aside = Math.min(total / PARTS, (total - taken) / 2);
        taken += aside;
        return new Share(aside);
    }

    /** Returns how many nobody holds and nobody has set aside. */
    synchronized long free() {
        return total - taken;
    }

    /** What one socket's clients hold. */
    final class Share implements AutoCloseable {

        private long aside;
        private long held;

        private Share(long aside) {
            this.aside = aside;
        }

        /** Takes so many, or none if they are not there for this share. */
        boolean take(long count) {
            synchronized (SharedBudget.this) {
                long more = charged(held + count) - charged(held);
                if (more > 0 && held + count - aside > total - taken - more) {
                    return false;
                }
                held += count;
                taken += more;
                return true;
            }
        }

        private long charged(long count) {
            return Math.max(count, aside);
        }

        /** Gives so many back. */
        void give(long count) {
            synchronized (SharedBudget.this) {
                taken -= charged(held) - charged(held - count);
                held -= count;
            }
        }

        /** Gives up what was set aside; what is still held can be given back later. */
        @Override
        public void close() {
            synchronized (SharedBudget.this) {
                taken -= charged(held) - held;
                aside = 0;
            }
        }

        /** Says what a refusal is about, for people. */
        String refusal() {
            synchronized (SharedBudget.this) {
                return what
                        + ": "
                        + held
                        + " of its own, "
                        + aside
                        + " of them set aside for it, "
                        + (total - taken)
                        + " of "
                        + total
                        + " are left for all clients";
            }
        }
    }
}
