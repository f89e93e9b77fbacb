package org.gpumediator.nvidia.vf.manager;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which virtual GPUs a board carries, by guest function, and which shares are kept because their
 * virtual GPU went before they were safe. Safe for use by multiple threads.
 */
public final class VgpuBooks {

    @GuardedBy("this")
    private final Map<Integer, ManagedVgpu> living = new TreeMap<>();

    @GuardedBy("this")
    private final List<KeptShare> kept = new ArrayList<>();

    /**
     * Writes a virtual GPU down.
     *
     * @throws IllegalStateException if a living one or a kept share has its virtual function, or
     *     any of its memory or channels
     */
    synchronized void add(ManagedVgpu vgpu) {
        living.values().forEach(other -> checkApart(vgpu, other));
        kept.forEach(share -> checkApart(vgpu, share.vgpu()));
        living.put(vgpu.record().gfid(), vgpu);
    }

    private static void checkApart(ManagedVgpu vgpu, ManagedVgpu other) {
        if (vgpu.record().collidesWith(other.record())) {
            throw new IllegalStateException(
                    vgpu.record() + ": busy, collides with " + other.record());
        }
    }

    /** Crosses a virtual GPU out. */
    synchronized void remove(ManagedVgpu vgpu) {
        living.remove(vgpu.record().gfid(), vgpu);
    }

    /** Crosses a virtual GPU out and keeps its share from everybody. */
    synchronized void keep(ManagedVgpu vgpu, long nowNanos) {
        remove(vgpu);
        kept.add(new KeptShare(vgpu, nowNanos));
    }

    /** Gives a share back. */
    synchronized void release(KeptShare share) {
        kept.remove(share);
    }

    /** Returns the living virtual GPUs, by rising virtual function. */
    synchronized List<ManagedVgpu> all() {
        return new ArrayList<>(living.values());
    }

    /** Returns the shares that are kept. */
    synchronized List<KeptShare> kept() {
        return new ArrayList<>(kept);
    }

    /** Returns the living virtual GPU of a guest function, or null. */
    synchronized @Nullable ManagedVgpu find(int gfid) {
        return living.get(gfid);
    }
}
