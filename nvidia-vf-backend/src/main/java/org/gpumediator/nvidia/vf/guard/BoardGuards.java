package org.gpumediator.nvidia.vf.guard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.MediationClock;
import org.jspecify.annotations.Nullable;

/**
 * The guards of all virtual functions of a board, for its host: an ability of the mediator. The
 * host sees where each guard stands, sets limits, and forgives what it has caused itself.
 *
 * <p>A limit is set for the whole board or for one function; the function's own wins, also over a
 * later one for the board. When a virtual GPU is closed, its function goes back to the limits of
 * the board, and what it has done is forgotten.
 *
 * <p>Virtual functions count from 0, as a virtual GPU's partition names its own. Safe for use by
 * multiple threads; every method throws {@link IndexOutOfBoundsException} for a function that the
 * board does not have.
 */
public final class BoardGuards {

    private final MediationClock clock;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<GuardedEvent, GuardLimit> global = new EnumMap<>(GuardedEvent.class);

    @GuardedBy("lock")
    private final List<Map<GuardedEvent, GuardLimit>> own = new ArrayList<>();

    @GuardedBy("lock")
    private final @Nullable VfGuards[] functions;

    /**
     * Creates guards.
     *
     * @param vfs how many virtual functions there can be; positive
     * @param limits the board's, where they are not the default
     */
    public BoardGuards(int vfs, MediationClock clock, Map<GuardedEvent, GuardLimit> limits) {
        this.clock = clock;
        global.putAll(limits);
        functions = new VfGuards[vfs];
        for (int i = 0; i < vfs; i++) {
            own.add(new EnumMap<>(GuardedEvent.class));
        }
    }

    /** Returns the guards of one virtual function, until it is released. */
    public VfGuards of(int vf) {
        synchronized (lock) {
            VfGuards there = functions[vf];
            if (there == null) {
                Map<GuardedEvent, GuardLimit> limits = new EnumMap<>(global);
                limits.putAll(own.get(vf));
                there = new VfGuards(limits);
                functions[vf] = there;
            }
            return there;
        }
    }

    /** Returns where the guards of one virtual function stand now. */
    public Map<GuardedEvent, VfGuards.Count> counts(int vf) {
        return of(vf).counts(clock.nanoTime());
    }

    /**
     * Takes the latest event of a kind back: the host has caused it. No effect if there is none in
     * the window.
     */
    public void forgive(int vf, GuardedEvent event) {
        of(vf).guard(event).forgive(clock.nanoTime());
    }

    /** Sets a limit for every virtual function that has none of its own. */
    public void setLimit(GuardedEvent event, GuardLimit limit) {
        synchronized (lock) {
            global.put(event, limit);
            for (int i = 0; i < functions.length; i++) {
                if (!own.get(i).containsKey(event)) {
                    apply(i, event, limit);
                }
            }
        }
    }

    /** Sets a limit for one virtual function. */
    public void setLimit(int vf, GuardedEvent event, GuardLimit limit) {
        synchronized (lock) {
            own.get(vf).put(event, limit);
            apply(vf, event, limit);
        }
    }

    @GuardedBy("lock")
    private void apply(int vf, GuardedEvent event, GuardLimit limit) {
        VfGuards there = functions[vf];
        if (there != null) {
            there.guard(event).setLimit(limit, clock.nanoTime());
        }
    }

    /** Returns one virtual function to the limits of the board, and forgets what it has done. */
    public void release(int vf) {
        synchronized (lock) {
            own.get(vf).clear();
            functions[vf] = null;
        }
    }
}
