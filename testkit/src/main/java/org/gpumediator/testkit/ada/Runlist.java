package org.gpumediator.testkit.ada;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The software runlist of one virtual GPU on the graphics engine: what its channels have handed in,
 * and what it has had of the engine. Used under the board's lock.
 */
final class Runlist {

    /** Bounds what a test can pile up in one virtual GPU's channels. */
    private static final int MOST_WORK = 1 << 16;

    private static final long SECOND = 1_000_000_000L;

    /** Work in progress. */
    static final class Item {
        final int channel;
        final EngineWork work;
        private long left;
        private boolean begun;

        private Item(int channel, EngineWork work) {
            this.channel = channel;
            this.work = work;
            left = work.nanos();
        }

        long left() {
            return left;
        }
    }

    private final Map<Integer, Deque<Item>> queued = new HashMap<>();
    private final Deque<Item> pending = new ArrayDeque<>();
    private final BitSet deadChannels = new BitSet();
    private LongSupplier preemption = () -> 0;
    private int amount;
    private boolean stopped;
    private int frameRateLimit;
    private boolean frameBegun;
    private long frameBeganAt;
    private long wakesAt = Long.MIN_VALUE;

    // What it has come to, for tests.
    long busyNanos;
    long done;
    long frames;
    long timesOn;
    long tornDown;
    long rung;
    long rungDead;

    void preemption(LongSupplier nanos) {
        preemption = nanos;
    }

    void frameRateLimit(int framesPerSecond) {
        frameRateLimit = framesPerSecond;
    }

    /** Puts work behind a channel's doorbell. */
    void queue(int channel, EngineWork work) {
        if (amount >= MOST_WORK) {
            throw new IllegalStateException(
                    "work of a virtual GPU: expected at most " + MOST_WORK + " pieces");
        }
        amount++;
        queued.computeIfAbsent(channel, none -> new ArrayDeque<>()).add(new Item(channel, work));
    }

    /** A channel's doorbell: what is behind it is handed in. */
    void ring(int channel) {
        rung++;
        if (deadChannels.get(channel)) {
            rungDead++;
            return;
        }
        Deque<Item> handedIn = queued.remove(channel);
        if (handedIn != null) {
            pending.addAll(handedIn);
        }
    }

    void stop(boolean newStopped) {
        stopped = newStopped;
    }

    /** Returns what could run now, or null. */
    @Nullable Item runnable(long now, boolean frameRateLimited) {
        Item head = pending.peek();
        return head == null || stopped || heldUntil(head, frameRateLimited) > now ? null : head;
    }

    /** Returns when its next frame may begin; a time that has passed if nothing holds it. */
    long heldUntil(boolean frameRateLimited) {
        Item head = pending.peek();
        return head == null || stopped ? Long.MIN_VALUE : heldUntil(head, frameRateLimited);
    }

    private long heldUntil(Item head, boolean frameRateLimited) {
        boolean paced = frameRateLimited && frameRateLimit > 0 && head.work.frame() && !head.begun;
        return paced && frameBegun ? frameBeganAt + SECOND / frameRateLimit : Long.MIN_VALUE;
    }

    /** Notes that somebody will look at a moment; answers whether that is new. */
    boolean wakePlanned(long at) {
        boolean isNew = at != wakesAt;
        wakesAt = at;
        return isNew;
    }

    void begins(Item item, long now) {
        if (!item.begun && item.work.frame()) {
            frameBegun = true;
            frameBeganAt = now;
        }
        item.begun = true;
    }

    void worked(Item item, long nanos) {
        busyNanos += nanos;
        if (item.left != Long.MAX_VALUE) {
            item.left -= nanos;
        }
    }

    void completed(Item item) {
        pending.remove();
        amount--;
        done++;
        if (item.work.frame()) {
            frames++;
        }
    }

    /**
     * Returns how long its running work takes to leave; {@link Long#MAX_VALUE} if it never does.
     */
    long leavesAfter(Item item) {
        return item.work.preemptible() ? Math.max(0, preemption.getAsLong()) : Long.MAX_VALUE;
    }

    /**
     * Tears down the channels that have handed work in: it is dropped, and their doorbells have no
     * effect until {@link #forget}.
     *
     * @return the channel at fault; -1 if nothing was handed in
     */
    int tearDown() {
        Item head = pending.peek();
        pending.forEach(item -> deadChannels.set(item.channel));
        amount -= pending.size();
        pending.clear();
        tornDown++;
        return head == null ? -1 : head.channel;
    }

    /** Forgets work, dead channels and pace, as a reset of the virtual GPU does. */
    void forget() {
        queued.clear();
        pending.clear();
        deadChannels.clear();
        amount = 0;
        stopped = false;
        frameBegun = false;
        wakesAt = Long.MIN_VALUE;
        rung = 0;
    }
}
