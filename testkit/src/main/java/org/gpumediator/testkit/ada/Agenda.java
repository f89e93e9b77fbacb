package org.gpumediator.testkit.ada;

import java.util.Comparator;
import java.util.PriorityQueue;

/** What a fake board will do, and when. Used under the board's lock. */
final class Agenda {

    private record Entry(long at, long number, Runnable action) {}

    private final PriorityQueue<Entry> entries =
            new PriorityQueue<>(
                    Comparator.comparingLong(Entry::at).thenComparingLong(Entry::number));
    private long number;
    private long now;
    private Runnable onPlanned = () -> {};

    /** Says whom to tell that an action was planned. */
    void onPlanned(Runnable listener) {
        onPlanned = listener;
    }

    long now() {
        return now;
    }

    /** Plans an action some nanoseconds from now. */
    void after(long nanos, Runnable action) {
        entries.add(new Entry(now + nanos, number++, action));
        onPlanned.run();
    }

    /** Does what is due. An action sees the time it was planned for. */
    boolean run(long nowNanos) {
        boolean any = false;
        while (true) {
            Entry first = entries.peek();
            if (first == null || first.at() > nowNanos) {
                break;
            }
            entries.remove();
            now = Math.max(now, first.at());
            first.action().run();
            any = true;
        }
        now = Math.max(now, nowNanos);
        return any;
    }

    /** Returns when something is due, {@link Long#MAX_VALUE} if nothing is planned. */
    long nextDue() {
        Entry first = entries.peek();
        return first == null ? Long.MAX_VALUE : first.at();
    }

    void clear() {
        entries.clear();
    }
}
