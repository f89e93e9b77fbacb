package org.gpumediator.testkit.ada;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Faults that are waiting to happen. Safe for use by multiple threads. */
public final class GspFaults {

    /** Matches every request. */
    public static final int ANY = -1;

    private static final class Planned {
        final GspFault fault;
        final int request;
        int skip;
        int times;

        Planned(GspFault fault, int request, int skip, int times) {
            this.fault = fault;
            this.request = request;
            this.skip = skip;
            this.times = times;
        }
    }

    private final List<Planned> planned = new ArrayList<>();
    private long happened;

    GspFaults() {}

    /** Plans a fault for the next matching request. */
    public void inject(GspFault fault, int request) {
        inject(fault, request, 0, 1);
    }

    /**
     * Plans a fault.
     *
     * @param fault what shall go wrong
     * @param request the number of the RPC function, of the RM control or of the plugin message it
     *     shall happen to, or {@link #ANY}
     * @param skip how many matching requests go well before
     * @param times how often it happens
     */
    public synchronized void inject(GspFault fault, int request, int skip, int times) {
        if (skip < 0 || times <= 0) {
            throw new IllegalArgumentException(
                    "skip " + skip + ", times " + times + ": expected 0 or more, 1 or more");
        }
        planned.add(new Planned(fault, request, skip, times));
    }

    /** Forgets everything that was planned. */
    public synchronized void clear() {
        planned.clear();
    }

    /** Returns how many faults have happened. */
    public synchronized long happened() {
        return happened;
    }

    /** Returns whether this goes wrong now. */
    synchronized boolean strikes(GspFault fault, int request) {
        for (Iterator<Planned> rest = planned.iterator(); rest.hasNext(); ) {
            Planned each = rest.next();
            if (each.fault == fault && (each.request == ANY || each.request == request)) {
                if (each.skip > 0) {
                    each.skip--;
                    continue;
                }
                if (--each.times == 0) {
                    rest.remove();
                }
                happened++;
                return true;
            }
        }
        return false;
    }
}
