package org.gpumediator.nvidia.vf.manager;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.nvidia.vf.core.PfCore;

/**
 * The virtual GPUs of one board. Safe for use by multiple threads: creating, resetting and
 * destroying different ones goes on at the same time.
 *
 * <p>It keeps books of its own: what the caller's policy gives out twice is refused here, and again
 * by the firmware.
 */
public final class VgpuManager {

    private final PfCore core;
    private final VgpuBooks books;
    private final LongAdder created = new LongAdder();
    private final LongAdder destroyed = new LongAdder();
    private final LongAdder unwound = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder reclaimed = new LongAdder();
    private final RecoveryCounts recoveries = new RecoveryCounts();

    /**
     * Creates a manager.
     *
     * @param books of virtual GPUs, empty
     */
    public VgpuManager(PfCore core, VgpuBooks books) {
        this.core = core;
        this.books = books;
    }

    private long now() {
        return core.waiter().nanoTime();
    }

    /**
     * Creates and starts a virtual GPU.
     *
     * @param listener hears what happens to it, from now on
     * @throws IllegalStateException if a living one has its virtual function, or any of its memory
     *     or channels
     * @throws ShareLostException if it failed half way and its share could not be made safe yet
     * @throws GpuMediationException if the firmware refuses or does not answer; everything is given
     *     back
     */
    public ManagedVgpu create(VgpuRecord record, ManagedVgpu.Listener listener) {
        ManagedVgpu vgpu = new ManagedVgpu(core, record, listener, recoveries);
        books.add(vgpu);
        try {
            vgpu.create();
        } catch (ShareLostException failure) {
            lost.increment();
            books.keep(vgpu, now());
            throw failure;
        } catch (RuntimeException failure) {
            unwound.increment();
            books.remove(vgpu);
            throw failure;
        }
        created.increment();
        return vgpu;
    }

    /**
     * Destroys a virtual GPU.
     *
     * @throws ShareLostException if its share could not be made safe yet; that is tried again in
     *     steps
     */
    public void destroy(ManagedVgpu vgpu) {
        destroyed.increment();
        try {
            vgpu.destroy();
            books.remove(vgpu);
        } catch (ShareLostException failure) {
            lost.increment();
            books.keep(vgpu, now());
            throw failure;
        }
    }

    /** Returns the living virtual GPUs, by rising virtual function. */
    public List<ManagedVgpu> all() {
        return books.all();
    }

    /**
     * Tries again to make safe what could not be when its virtual GPU went: one share at most, up
     * to the first thing that fails.
     *
     * @param nowNanos the clock
     * @return when to call again at the latest
     */
    public long step(long nowNanos) {
        List<KeptShare> kept = books.kept();
        if (kept.isEmpty() || core.isAsleep()) {
            return Long.MAX_VALUE;
        }
        kept.sort(Comparator.comparingLong(KeptShare::dueNanos));
        KeptShare first = kept.getFirst();
        if (first.dueNanos() > nowNanos) {
            return first.dueNanos();
        }
        if (first.vgpu().reclaim()) {
            books.release(first);
            reclaimed.increment();
            first.vgpu().listener().onReclaimed();
        } else {
            first.putOff(now());
        }
        return nowNanos;
    }

    /** Returns whether a share is kept that only a reset of the board may make safe. */
    public boolean needsBoardReset() {
        return books.kept().stream().anyMatch(KeptShare::isStuck);
    }

    /**
     * Resets the board and brings every virtual GPU up again in its place. Each stays failed until
     * it is reset. No effect while the board is asleep.
     *
     * @return those that could not be brought up, and why
     * @throws GpuMediationException if the board does not boot
     */
    public Map<String, RuntimeException> restart() {
        books.all().forEach(ManagedVgpu::boardLost);
        if (!core.restart()) {
            return Map.of();
        }
        onBoardReset();
        Map<String, RuntimeException> failures = new TreeMap<>();
        for (ManagedVgpu vgpu : books.all()) {
            try {
                vgpu.pushAgain();
            } catch (RuntimeException failure) {
                failures.put(vgpu.record().name(), failure);
            }
        }
        return failures;
    }

    /** Takes note that the board was reset: what was kept can be scrubbed now. */
    public void onBoardReset() {
        long now = now();
        books.kept().forEach(share -> share.hurry(now));
    }

    /** Adds counters to a map. */
    public void count(Map<String, Long> counters) {
        counters.put("vgpu.created", created.sum());
        counters.put("vgpu.destroyed", destroyed.sum());
        counters.put("vgpu.unwound", unwound.sum());
        counters.put("vgpu.lost", lost.sum());
        counters.put("vgpu.reclaimed", reclaimed.sum());
        recoveries.count(counters);
    }
}
