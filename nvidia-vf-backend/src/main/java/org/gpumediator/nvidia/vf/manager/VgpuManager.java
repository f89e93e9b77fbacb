package org.gpumediator.nvidia.vf.manager;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.nvidia.vf.core.PfCore;
import org.jspecify.annotations.Nullable;

/**
 * The virtual GPUs of one board. Safe for use by multiple threads: creating, resetting and
 * destroying different ones goes on at the same time.
 *
 * <p>It keeps books of its own: what the caller's policy gives out twice is refused here, and again
 * by the firmware.
 */
public final class VgpuManager {

    private static final int EVENT_RC = 0x1004;
    private static final int EVENT_PLUGIN = 0x100d;
    private static final int NOTICE_CRASHED = 2;
    private static final int LEVEL_FATAL = 2;
    private static final int HOST = 0;

    /** Hears of what happens to virtual GPUs; must not call the firmware. Any thread. */
    public interface Listener {
        /**
         * Work of a virtual GPU has failed.
         *
         * @param vgpu name of the virtual GPU
         * @param exception number of the exception
         */
        void exception(String vgpu, int exception);

        /**
         * A virtual GPU has failed until it is reset: nothing of its guest must reach the hardware.
         *
         * @param vgpu name of the virtual GPU
         * @param why what has happened
         */
        void failed(String vgpu, String why);
    }

    private final Listener listener;
    private final LongAdder created = new LongAdder();
    private final LongAdder destroyed = new LongAdder();
    private final LongAdder unwound = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder crashes = new LongAdder();
    private final LongAdder exceptions = new LongAdder();
    private final RecoveryCounts recoveries = new RecoveryCounts();

    @GuardedBy("this")
    private final Map<Integer, ManagedVgpu> byGfid = new TreeMap<>();

    private volatile @Nullable PfCore core;

    /** Creates a manager without a board. */
    public VgpuManager(Listener listener) {
        this.listener = listener;
    }

    /** Gives it its board. Called once, before anything else. */
    public void attach(PfCore newCore) {
        core = newCore;
    }

    private PfCore core() {
        PfCore now = core;
        if (now == null) {
            throw new IllegalStateException("no board attached");
        }
        return now;
    }

    /**
     * Creates and starts a virtual GPU.
     *
     * @throws IllegalStateException if a living one has its virtual function, or any of its memory
     *     or channels
     * @throws ShareLostException if it failed half way and its share could not be made safe
     * @throws GpuMediationException if the firmware refuses or does not answer; everything is given
     *     back
     */
    public ManagedVgpu create(VgpuRecord record) {
        ManagedVgpu vgpu = register(record);
        try {
            vgpu.create();
        } catch (RuntimeException failure) {
            forget(record);
            (failure instanceof ShareLostException ? lost : unwound).increment();
            throw failure;
        }
        created.increment();
        return vgpu;
    }

    private synchronized ManagedVgpu register(VgpuRecord record) {
        for (ManagedVgpu other : byGfid.values()) {
            if (record.collidesWith(other.record())) {
                throw new IllegalStateException(record + ": busy, collides with " + other.record());
            }
        }
        ManagedVgpu vgpu = new ManagedVgpu(core(), record, () -> forget(record), recoveries);
        byGfid.put(record.gfid(), vgpu);
        return vgpu;
    }

    private synchronized void forget(VgpuRecord record) {
        ManagedVgpu living = byGfid.get(record.gfid());
        if (living != null && living.record().equals(record)) {
            byGfid.remove(record.gfid());
        }
    }

    /**
     * Destroys a virtual GPU.
     *
     * @throws ShareLostException if its share could not be made safe
     */
    public void destroy(ManagedVgpu vgpu) {
        destroyed.increment();
        try {
            vgpu.destroy();
        } catch (ShareLostException failure) {
            lost.increment();
            throw failure;
        }
    }

    /** Returns the living virtual GPUs, by rising virtual function. */
    public synchronized List<ManagedVgpu> all() {
        return new ArrayList<>(byGfid.values());
    }

    private synchronized @Nullable ManagedVgpu find(int gfid) {
        return byGfid.get(gfid);
    }

    /** Takes an event of the firmware. */
    public void event(int number, ByteBuffer payload) {
        if (number == EVENT_PLUGIN && payload.limit() >= 8) {
            ManagedVgpu vgpu = find(payload.getInt(0));
            if (vgpu != null && payload.getInt(4) == NOTICE_CRASHED && vgpu.crashed()) {
                crashes.increment();
                listener.failed(vgpu.record().name(), "firmware task has stopped");
            }
        } else if (number == EVENT_RC && payload.limit() >= 20) {
            robustChannel(
                    payload.getInt(8), payload.getInt(4), payload.getInt(12), payload.getInt(16));
        }
    }

    /**
     * A contained exception goes to the virtual GPU whose channel it was, and to no other. One that
     * is fatal, or one too many in a short time, fails that one. The board is lost by an exception
     * that is not contained, and by a fatal one of the host's own.
     */
    private void robustChannel(int gfid, int channel, int exception, int level) {
        exceptions.increment();
        if (ExceptionScope.of(exception) == ExceptionScope.BOARD
                || gfid == HOST && level == LEVEL_FATAL) {
            PfCore board = core;
            if (board != null) {
                board.markLost("exception " + exception + " concerns the board");
            }
            boardLost();
            return;
        }
        ManagedVgpu vgpu = find(gfid);
        if (vgpu == null
                || channel < vgpu.record().channels().start()
                || channel >= vgpu.record().channels().end()) {
            return;
        }
        String name = vgpu.record().name();
        listener.exception(name, exception);
        boolean admitted = vgpu.exceptions().record(core().waiter().nanoTime());
        if ((level == LEVEL_FATAL || !admitted) && !vgpu.hasFailed()) {
            vgpu.fail();
            listener.failed(
                    name, admitted ? "exception " + exception : "too many exceptions in a minute");
        }
    }

    /** Says that the firmware has stopped: everything has failed. */
    public void boardLost() {
        all().forEach(ManagedVgpu::boardLost);
    }

    /**
     * Resets the board and brings every virtual GPU up again in its place. Each stays failed until
     * it is reset.
     *
     * @return those that could not be brought up, and why
     * @throws GpuMediationException if the board does not boot
     */
    public Map<String, RuntimeException> restart() {
        boardLost();
        core().restart();
        Map<String, RuntimeException> failures = new TreeMap<>();
        for (ManagedVgpu vgpu : all()) {
            try {
                vgpu.pushAgain();
            } catch (RuntimeException failure) {
                failures.put(vgpu.record().name(), failure);
            }
        }
        return failures;
    }

    /** Adds counters to a map. */
    public void count(Map<String, Long> counters) {
        counters.put("vgpu.created", created.sum());
        counters.put("vgpu.destroyed", destroyed.sum());
        counters.put("vgpu.unwound", unwound.sum());
        counters.put("vgpu.lost", lost.sum());
        counters.put("vgpu.crashes", crashes.sum());
        counters.put("vgpu.exceptions", exceptions.sum());
        recoveries.count(counters);
    }
}
