package org.gpumediator.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.core.passthrough.WholeGpu;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backend of a GPU; it is closed while the GPU is in the hands of one guest, and opened again
 * after. What it said about the GPU still holds meanwhile.
 *
 * <p>Safe for use by multiple threads: who opens or closes the backend waits for whoever steps it
 * or asks for its counters.
 */
final class BackendSlot implements GpuBackend {

    private static final Logger log = LoggerFactory.getLogger(BackendSlot.class);

    private static final long RETRY_NANOS = 60_000_000_000L;

    private final GpuBackendProvider provider;
    private final BackendContext context;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile GpuBackend backend;

    // Guarded by the lock.
    private @Nullable WholeGpu away;
    private int awayId;
    private boolean keptAway;
    private boolean reclaimed;
    private long nextAttempt;

    /** Opens the backend. */
    BackendSlot(GpuBackendProvider provider, BackendContext context) {
        this.provider = provider;
        this.context = context;
        backend = provider.open(context);
    }

    /**
     * Closes the backend and gives the GPU to a guest; opens the backend again if that fails, or
     * when the guest's virtual GPU is closed. Nobody holds any share but {@code blueprint}.
     */
    DeviceModel passThrough(VgpuBlueprint blueprint) {
        lock.writeLock().lock();
        try {
            Runnable scrub = backend.scrubber().isEmpty() ? () -> {} : () -> openScrubbed().close();
            backend.close();
            WholeGpu whole =
                    new WholeGpu(
                            context.gpu(),
                            blueprint.name(),
                            blueprint.vmm(),
                            context.listener(),
                            context.stepNeeded(),
                            scrub,
                            this::takeUp);
            away = whole;
            awayId = blueprint.id();
            keptAway = false;
            reclaimed = false;
            return whole;
        } catch (RuntimeException refused) {
            try {
                backend = provider.open(context);
            } catch (RuntimeException second) {
                refused.addSuppressed(second);
            }
            throw refused;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Opens the backend again; the GPU is as after power-on, but for memory of its own. */
    private void takeUp() {
        lock.writeLock().lock();
        try {
            keptAway = true;
            nextAttempt = context.clock().nanoTime() + RETRY_NANOS;
            backend = openScrubbed();
            away = null;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private GpuBackend openScrubbed() {
        GpuBackend opened = provider.open(context);
        try {
            opened.scrubber().ifPresent(Runnable::run);
            return opened;
        } catch (RuntimeException refused) {
            opened.close();
            throw refused;
        }
    }

    /** Tries again what failed when the guest's virtual GPU was closed. */
    private long retry(WholeGpu whole, long nowNanos) {
        if (!keptAway || nowNanos - nextAttempt < 0) {
            return keptAway ? nextAttempt : Long.MAX_VALUE;
        }
        try {
            whole.giveBack();
            reclaimed = true;
            return backend.step(nowNanos);
        } catch (GpuMediationException refused) {
            log.warn(
                    "GPU {} is not taken up yet: {}", context.gpu().identity(), refused.toString());
            nextAttempt = nowNanos + RETRY_NANOS;
            return nextAttempt;
        }
    }

    @Override
    public long step(long nowNanos) {
        lock.readLock().lock();
        try {
            if (away == null) {
                return backend.step(nowNanos);
            }
        } finally {
            lock.readLock().unlock();
        }
        lock.writeLock().lock();
        try {
            WholeGpu whole = away;
            return whole == null ? backend.step(nowNanos) : retry(whole, nowNanos);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public Map<String, Long> counters() {
        lock.readLock().lock();
        try {
            return away == null ? backend.counters() : Map.of();
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public boolean takeReclaimed(int id) {
        lock.writeLock().lock();
        try {
            if (reclaimed && id == awayId) {
                reclaimed = false;
                return true;
            }
            return away == null && backend.takeReclaimed(id);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public <T> Optional<T> ability(Class<T> ability) {
        lock.readLock().lock();
        try {
            return away == null ? backend.ability(ability) : Optional.empty();
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public DeviceModel create(VgpuBlueprint blueprint) {
        return backend.create(blueprint);
    }

    @Override
    public GpuInventory capacity() {
        return backend.capacity();
    }

    @Override
    public List<VgpuType> types() {
        return backend.types();
    }

    @Override
    public Optional<VgpuType> hostType() {
        return backend.hostType();
    }

    @Override
    public VgpuType anonymousType(Map<ResourceKind, Long> quotas) {
        return backend.anonymousType(quotas);
    }

    @Override
    public void checkAttributes(Map<String, String> attributes) {
        backend.checkAttributes(attributes);
    }

    @Override
    public PartitionDecision checked(
            GpuInventory inventory, PartitionRequest request, PartitionDecision.Placed answer) {
        return backend.checked(inventory, request, answer);
    }

    @Override
    public PartitionPolicy defaultPolicy() {
        return backend.defaultPolicy();
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (away == null) {
                backend.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public String toString() {
        return backend.toString();
    }
}
