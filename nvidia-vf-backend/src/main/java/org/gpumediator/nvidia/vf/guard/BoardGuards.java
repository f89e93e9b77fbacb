package org.gpumediator.nvidia.vf.guard;

import java.util.EnumMap;
import java.util.Map;

/**
 * The guards of all virtual functions of a board. A limit is set for the whole board or for one
 * function; the function's own wins, also over a later one for the board. Safe for use by multiple
 * threads.
 */
public final class BoardGuards {

    private final Object lock = new Object();
    private final Map<GuardedEvent, GuardLimit> global = new EnumMap<>(GuardedEvent.class);
    private final VfGuards[] functions;
    private final boolean[][] own;

    /**
     * Creates guards with default limits.
     *
     * @param vfs how many virtual functions there can be; positive
     */
    public BoardGuards(int vfs) {
        functions = new VfGuards[vfs];
        own = new boolean[vfs][GuardedEvent.values().length];
        for (int i = 0; i < vfs; i++) {
            functions[i] = new VfGuards(Map.of());
        }
        for (GuardedEvent event : GuardedEvent.values()) {
            global.put(event, event.defaultLimit());
        }
    }

    /**
     * Returns the guards of one virtual function.
     *
     * @param vf from {@code 0}
     * @throws IndexOutOfBoundsException if there is no such function
     */
    public VfGuards of(int vf) {
        return functions[vf];
    }

    /** Sets a limit for every virtual function that has none of its own. */
    public void setLimit(GuardedEvent event, GuardLimit limit, long nowNanos) {
        synchronized (lock) {
            global.put(event, limit);
            for (int i = 0; i < functions.length; i++) {
                if (!own[i][event.ordinal()]) {
                    functions[i].guard(event).setLimit(limit, nowNanos);
                }
            }
        }
    }

    /**
     * Sets a limit for one virtual function.
     *
     * @throws IndexOutOfBoundsException if there is no such function
     */
    public void setLimit(int vf, GuardedEvent event, GuardLimit limit, long nowNanos) {
        synchronized (lock) {
            functions[vf].guard(event).setLimit(limit, nowNanos);
            own[vf][event.ordinal()] = true;
        }
    }

    /** Returns one virtual function to the limits of the board, and forgets what it has done. */
    public void release(int vf, long nowNanos) {
        synchronized (lock) {
            functions[vf].clear();
            for (GuardedEvent event : GuardedEvent.values()) {
                if (own[vf][event.ordinal()]) {
                    own[vf][event.ordinal()] = false;
                    GuardLimit limit = global.getOrDefault(event, event.defaultLimit());
                    functions[vf].guard(event).setLimit(limit, nowNanos);
                }
            }
        }
    }
}
