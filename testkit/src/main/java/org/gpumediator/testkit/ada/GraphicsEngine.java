package org.gpumediator.testkit.ada;

import java.util.function.LongSupplier;
import org.gpumediator.testkit.ada.Runlist.Item;
import org.jspecify.annotations.Nullable;

/**
 * The graphics engine of a {@link FakeAda}, as a test sees it: work is put behind a channel's
 * doorbell, the guest rings, and the engine runs it while the host has the software runlist of that
 * virtual GPU on. Safe for use by multiple threads.
 *
 * <p>There is one software runlist for each virtual GPU, by its GFID. Changing hands takes what the
 * running work takes to leave ({@link #leavesAfter}; it goes on working meanwhile), then {@link
 * #SWITCH_NANOS}. Work that ends before is not waited for.
 *
 * <p>Not as on the chip: work is a length of time, all channels of a virtual GPU are served in the
 * order they were rung, and firmware does not choose runlists by itself.
 */
public final class GraphicsEngine {

    /** No runlist. */
    public static final int NONE = 0xfff;

    /** How long it takes to save the state of one virtual GPU and load that of another. */
    public static final long SWITCH_NANOS = 100_000;

    /** How long it takes to recover from work that had to be cut off. */
    public static final long RECOVERY_NANOS = 2_000_000;

    private static final int INTERRUPT_LEAF = 6;
    private static final int GRAPHICS_RUNLIST = 0;
    private static final int RUNLIST_SHIFT = 16;
    private static final int CHANNEL_MASK = 0xfff;

    private final Board board;
    private final Runlist[] runlists = new Runlist[AdaConfig.TOTAL_VFS + 1];
    private boolean frameRateLimited = true;
    private long strangers;

    private int wanted = NONE;
    private int loaded = NONE;
    private boolean changing;
    private boolean leaving;

    /** Raised whenever what was planned no longer counts. */
    private long plan;

    private @Nullable Item running;
    private long runningSince;
    private long work;

    GraphicsEngine(Board board) {
        this.board = board;
        for (int i = 0; i < runlists.length; i++) {
            runlists[i] = new Runlist();
        }
    }

    // ---- what tests do and see

    /**
     * Puts work behind a channel's doorbell: the engine does not know of it until the guest rings.
     *
     * @param gfid whose channel, 1 to 32
     * @param channel channel id, as the guest rings it: its own, from 0
     * @throws IllegalStateException if more than 65,536 pieces wait
     */
    public void queue(int gfid, int channel, EngineWork newWork) {
        board.locked(() -> runlists[gfid].queue(channel, newWork));
    }

    /**
     * Says how long work of a virtual GPU takes to leave the engine when it has to, asked anew each
     * time; at once unless said otherwise.
     */
    public void leavesAfter(int gfid, LongSupplier nanos) {
        board.locked(() -> runlists[gfid].preemption(nanos));
    }

    /** Returns how long work of a virtual GPU was on the engine, in nanoseconds. */
    public long busyNanos(int gfid) {
        return board.locked(
                () -> {
                    account();
                    return runlists[gfid].busyNanos;
                });
    }

    /** Returns how many pieces of work of a virtual GPU were done. */
    public long done(int gfid) {
        return board.locked(() -> runlists[gfid].done);
    }

    /** Returns how many frames of a virtual GPU were drawn. */
    public long frames(int gfid) {
        return board.locked(() -> runlists[gfid].frames);
    }

    /** Returns how often the runlist of a virtual GPU came on the engine. */
    public long timesOn(int gfid) {
        return board.locked(() -> runlists[gfid].timesOn);
    }

    /** Returns how often channels of a virtual GPU were torn down. */
    public long tornDown(int gfid) {
        return board.locked(() -> runlists[gfid].tornDown);
    }

    /** Returns how often a virtual GPU has rung channels that were torn down. */
    public long rungDead(int gfid) {
        return board.locked(() -> runlists[gfid].rungDead);
    }

    /** Returns whether a virtual GPU has work that could run. */
    public boolean hasWork(int gfid) {
        return board.locked(() -> (work >>> gfid & 1) != 0);
    }

    /** Returns whose runlist is on the engine; {@link #NONE} for nobody's. */
    public int onEngine() {
        return board.locked(() -> loaded);
    }

    // ---- what the board does, under its lock

    /** A function has rung the doorbell of a channel. */
    void doorbell(int gfid, int token) {
        if (gfid == 0) {
            board.copyEngine().doorbell(token);
        } else if (token >>> RUNLIST_SHIFT == GRAPHICS_RUNLIST
                && board.gsp().channel(gfid, token & CHANNEL_MASK) >= 0) {
            board.catchUp();
            runlists[gfid].ring(token & CHANNEL_MASK);
            changed(gfid);
        } else if (!board.gsp().ringGuestChannel(gfid, token)) {
            strangers++;
        }
    }

    long rung(int gfid) {
        return runlists[gfid].rung;
    }

    long strangers() {
        return strangers;
    }

    /** Drops the work of a virtual GPU and makes its channels as new. */
    void forget(int gfid) {
        dropRunning(gfid);
        runlists[gfid].forget();
        changed(gfid);
    }

    /** Holds the work of a virtual GPU, or lets it go on. */
    void stop(int gfid, boolean stopped) {
        if (stopped) {
            dropRunning(gfid);
        }
        runlists[gfid].stop(stopped);
        changed(gfid);
    }

    /**
     * Cuts the work of a virtual GPU off and tears its channels down.
     *
     * @return the channel at fault as the board numbers it; -1 if it had no work
     */
    int tearDown(int gfid) {
        boolean wasOn = running != null && loaded == gfid;
        dropRunning(gfid);
        int channel = runlists[gfid].tearDown();
        if (wasOn) {
            changing = true;
            leaving = false;
            loaded = NONE;
            after(RECOVERY_NANOS, this::load);
        }
        changed(gfid);
        return channel < 0 ? channel : board.gsp().channel(gfid, channel);
    }

    void frameRateLimit(int gfid, int framesPerSecond) {
        runlists[gfid].frameRateLimit(framesPerSecond);
    }

    /** Says whether frames are held back at all. */
    void limitFrameRate(boolean limited) {
        frameRateLimited = limited;
        for (int gfid = 1; gfid < runlists.length; gfid++) {
            changed(gfid);
        }
    }

    boolean isFrameRateLimited() {
        return frameRateLimited;
    }

    void reset() {
        plan++;
        running = null;
        changing = false;
        leaving = false;
        wanted = NONE;
        loaded = NONE;
        work = 0;
        frameRateLimited = true;
        for (Runlist each : runlists) {
            each.forget();
        }
    }

    /** Wants a runlist on the engine, or {@link #NONE}. */
    void submit(int runlist) {
        board.catchUp();
        wanted = runlist > 0 && runlist < runlists.length ? runlist : NONE;
        arrange();
    }

    /** Returns whether hands are changing. */
    boolean isChanging() {
        return changing;
    }

    int loaded() {
        return loaded;
    }

    boolean isBusy() {
        return running != null;
    }

    /** Returns who has work that could run, as bits. */
    long work() {
        return work;
    }

    // ---- changing hands

    private void arrange() {
        if (changing) {
            return;
        }
        if (wanted == loaded) {
            run();
            return;
        }
        changing = true;
        Item item = running;
        long leavesAfter = item == null ? 0 : runlists[loaded].leavesAfter(item);
        leaving = true;
        if (leavesAfter == 0) {
            left();
        } else if (leavesAfter != Long.MAX_VALUE) {
            long mine = plan;
            board.agenda()
                    .after(
                            leavesAfter,
                            () -> {
                                if (mine == plan && leaving) {
                                    left();
                                }
                            });
        }
    }

    private void left() {
        account();
        running = null;
        leaving = false;
        loaded = NONE;
        interrupt();
        after(SWITCH_NANOS, this::load);
    }

    private void load() {
        changing = false;
        loaded = wanted;
        if (loaded != NONE) {
            runlists[loaded].timesOn++;
        }
        interrupt();
        arrange();
    }

    private void after(long nanos, Runnable action) {
        long mine = ++plan;
        board.agenda()
                .after(
                        nanos,
                        () -> {
                            if (mine == plan) {
                                action.run();
                            }
                        });
    }

    // ---- running

    private void run() {
        if (running != null || loaded == NONE || changing) {
            return;
        }
        long now = board.agenda().now();
        Runlist runlist = runlists[loaded];
        Item item = runlist.runnable(now, frameRateLimited);
        if (item == null) {
            return;
        }
        runlist.begins(item, now);
        running = item;
        runningSince = now;
        if (item.left() != Long.MAX_VALUE) {
            after(item.left(), this::completed);
        }
    }

    private void account() {
        Item item = running;
        if (item != null) {
            long now = board.agenda().now();
            runlists[loaded].worked(item, now - runningSince);
            runningSince = now;
        }
    }

    private void completed() {
        Item item = running;
        if (item == null) {
            return;
        }
        account();
        int owner = loaded;
        running = null;
        runlists[owner].completed(item);
        if (leaving) {
            left();
        }
        changed(owner);
    }

    /** Takes running work off at once, with no regard to what it takes to leave. */
    private void dropRunning(int gfid) {
        if (running == null || loaded != gfid) {
            return;
        }
        account();
        running = null;
        plan++;
        if (leaving) {
            left();
        }
    }

    /** Looks whether a virtual GPU has work that could run; the host is told of a change. */
    private void changed(int gfid) {
        long now = board.agenda().now();
        Runlist runlist = runlists[gfid];
        long bit = 1L << gfid;
        boolean has = runlist.runnable(now, frameRateLimited) != null;
        long wakesAt = has ? Long.MIN_VALUE : runlist.heldUntil(frameRateLimited);
        if (wakesAt > now && runlist.wakePlanned(wakesAt)) {
            board.agenda().after(wakesAt - now, () -> changed(gfid));
        }
        if (has != ((work & bit) != 0)) {
            work ^= bit;
            interrupt();
        }
        if (loaded == gfid) {
            run();
        }
    }

    private void interrupt() {
        board.physical().raise(INTERRUPT_LEAF, 0);
    }
}
