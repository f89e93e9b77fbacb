package org.gpumediator.core.observe;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;
import org.gpumediator.api.event.GuestFault;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.event.MediationListener;

/**
 * Counts what the guest of one virtual GPU did wrong, and tells a listener of the first fault of a
 * kind and whenever its count reaches a power of two. Safe for use by multiple threads; counting
 * takes no lock, and allocates only for what the listener is told.
 */
public final class FaultBook {

    private static final GuestFaultKind[] KINDS = GuestFaultKind.values();

    private final String vgpu;
    private final MediationListener listener;
    // Exact counts, not adders: whoever reaches a power of two must know that it did.
    private final AtomicLongArray counts = new AtomicLongArray(KINDS.length);

    /**
     * Creates a book.
     *
     * @param vgpu name of the virtual GPU
     * @param listener observer; guarded here, what it throws is dropped
     */
    public FaultBook(String vgpu, MediationListener listener) {
        this.vgpu = Objects.requireNonNull(vgpu, "vgpu");
        this.listener = new GuardedMediationListener(listener);
    }

    /** Returns the name of the virtual GPU. */
    public String vgpu() {
        return vgpu;
    }

    /**
     * Counts a fault. Must not be called with a lock held: the listener may be called.
     *
     * @param kind what it was
     * @param where what was touched; a constant or a name from a catalogue
     * @param value the offending address or value
     */
    public void count(GuestFaultKind kind, String where, long value) {
        long count = counts.incrementAndGet(kind.ordinal());
        if ((count & (count - 1)) == 0) {
            listener.guestFault(new GuestFault(vgpu, kind, where, value), count);
        }
    }

    /** Returns how often a fault of that kind happened. */
    public long count(GuestFaultKind kind) {
        return counts.get(kind.ordinal());
    }

    /** Returns how often any fault happened. */
    public long total() {
        long total = 0;
        for (int i = 0; i < KINDS.length; i++) {
            total += counts.get(i);
        }
        return total;
    }

    /** Returns all counts by kind, without those that never happened. */
    public Map<GuestFaultKind, Long> counts() {
        Map<GuestFaultKind, Long> map = new EnumMap<>(GuestFaultKind.class);
        for (GuestFaultKind kind : KINDS) {
            long count = counts.get(kind.ordinal());
            if (count != 0) {
                map.put(kind, count);
            }
        }
        return map;
    }
}
