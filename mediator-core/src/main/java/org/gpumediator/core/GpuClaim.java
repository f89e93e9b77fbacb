package org.gpumediator.core;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import org.gpumediator.api.hardware.PhysicalGpu;

/**
 * The right of one mediator to a GPU: two would drive it against each other. Given back when the
 * mediator is closed, or collected.
 *
 * <p>Safe for use by multiple threads.
 */
final class GpuClaim {

    private static final Map<PhysicalGpu, WeakReference<GpuClaim>> CLAIMS = new WeakHashMap<>();

    private GpuClaim() {}

    /**
     * Claims a GPU.
     *
     * @throws IllegalStateException if another mediator of this process has it
     */
    static GpuClaim of(PhysicalGpu gpu) {
        GpuClaim claim = new GpuClaim();
        synchronized (CLAIMS) {
            WeakReference<GpuClaim> other = CLAIMS.get(gpu);
            if (other != null && other.get() != null) {
                throw new IllegalStateException(
                        "GPU "
                                + gpu.identity()
                                + ": another mediator has it open; close that first");
            }
            CLAIMS.put(gpu, new WeakReference<>(claim));
        }
        return claim;
    }

    void giveBack(PhysicalGpu gpu) {
        synchronized (CLAIMS) {
            WeakReference<GpuClaim> mine = CLAIMS.get(gpu);
            if (mine != null && mine.refersTo(this)) {
                CLAIMS.remove(gpu);
            }
        }
    }
}
