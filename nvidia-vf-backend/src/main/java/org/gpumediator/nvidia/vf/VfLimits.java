package org.gpumediator.nvidia.vf;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import org.gpumediator.api.MediationClock;

import java.util.Map;

/**
 * How much of what one virtual GPU may ask of the host: sliding windows of time stamps.
 *
 * <p>Source of the shape and of the reset limit (3 in 60 s): the open AMD virtualisation driver. Its 56 messages in 60 s are meant
 * for mailbox interrupts of a driver that rings seldom; here calls and interrupts are per second.
 */
final class VfLimits {

    private static final long SECOND = 1_000_000_000L;

    private static final class Window {
        private final long[] stamps;
        private final long length;
        private int next;
        private int held;
        private long refused;

        Window(int most, long length) {
            this.stamps = new long[most];
            this.length = length;
        }

        boolean take(long now) {
            int oldest = Math.floorMod(next - held, stamps.length);
            while (held > 0 && now - stamps[oldest] >= length) {
                held--;
                oldest = (oldest + 1) % stamps.length;
            }
            if (held == stamps.length) {
                refused++;
                return false;
            }
            stamps[next] = now;
            next = (next + 1) % stamps.length;
            held++;
            return true;
        }
    }

    private final MediationClock clock;

    @GuardedBy("this")
    private final Window resets = new Window(3, 60 * SECOND);

    @GuardedBy("this")
    private final Window calls = new Window(4096, SECOND);

    @GuardedBy("this")
    private final Window interrupts = new Window(8192, SECOND);

    VfLimits(MediationClock clock) {
        this.clock = clock;
    }

    synchronized boolean takeReset() {
        return resets.take(clock.nanoTime());
    }

    synchronized boolean takeCall() {
        return calls.take(clock.nanoTime());
    }

    synchronized boolean takeInterrupt() {
        return interrupts.take(clock.nanoTime());
    }

    synchronized void count(Map<String, Long> counters) {
        counters.put("limited.resets", resets.refused);
        counters.put("limited.calls", calls.refused);
        counters.put("limited.interrupts", interrupts.refused);
    }
}
