package org.gpumediator.core.pci;

import java.util.BitSet;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.InterruptSink;
import org.jspecify.annotations.Nullable;

/**
 * What a function has to tell its VMM: decided and put here under the lock of the function, told in
 * that order once the lock is let go of. One thread at a time tells, and the others go on: a VMM
 * that does not return holds up nobody but the thread that called it.
 *
 * <p>Bounded: a message that waits is not kept a second time, and of the line's levels the VMM is
 * told the last.
 */
final class Outbox {

    private static final int LINE = -1;

    private final Object lock;
    private final InterruptSink sink;
    private final InterruptLine line;

    // All below is guarded by the function's lock.

    /** What waits, in order: a ring of vectors and {@link #LINE}. */
    private final int[] queue;

    private int first;
    private int count;
    private final BitSet queued = new BitSet();

    private final long[] addresses;
    private final int[] messages;

    private boolean level;
    private boolean toldLevel;
    private boolean silent;

    private @Nullable Thread teller;
    private int told;
    private long toldAddress;
    private int toldMessage;

    /** Something waits: to be read without the lock as well. */
    private volatile boolean waits;

    Outbox(Object lock, InterruptSink sink, InterruptLine line, int vectors) {
        this.lock = lock;
        this.sink = sink;
        this.line = line;
        queue = new int[vectors + 1];
        addresses = new long[vectors];
        messages = new int[vectors];
    }

    // ---- under the lock

    /** Takes a message as the guest has set it up now. */
    void message(int vector, long address, int message) {
        addresses[vector] = address;
        messages[vector] = message;
        add(vector);
    }

    /** Takes the level that the guest's line shall have. */
    void level(boolean active) {
        level = active;
        if (level != toldLevel) {
            add(LINE);
        }
    }

    private void add(int what) {
        if (!silent && !queued.get(what + 1)) {
            queued.set(what + 1);
            queue[(first + count++) % queue.length] = what;
            waits = true;
        }
    }

    /** Drops the messages that wait. The line is told its level all the same. */
    void dropMessages() {
        count = 0;
        queued.clear();
        waits = false;
        level(level);
    }

    /** Tells nothing more, for ever. */
    void silence() {
        dropMessages();
        count = 0;
        waits = false;
        silent = true;
    }

    /** Returns whether the current thread is in the VMM with the message of this vector. */
    boolean isTelling(int vector) {
        return teller == Thread.currentThread() && told == vector;
    }

    /** Returns the address of the message that is being told, as it was when it came up. */
    long toldAddress() {
        return toldAddress;
    }

    /** Returns the data of the message that is being told, as it was when it came up. */
    int toldMessage() {
        return toldMessage;
    }

    // ---- without it

    /** Returns whether something waits. */
    boolean waits() {
        return waits;
    }

    /**
     * Tells what waits, unless another thread is at it.
     *
     * @param most how many calls of the VMM at most
     * @return whether something is left over because of that
     */
    boolean tell(int most) {
        int calls = 0;
        while (waits && calls < most && begin()) {
            calls++;
            try {
                call();
            } finally {
                end();
            }
        }
        return waits && calls == most;
    }

    /** Takes what comes first; returns whether the current thread is to tell it. */
    private boolean begin() {
        synchronized (lock) {
            if (teller != null) {
                return false;
            }
            while (count > 0) {
                told = queue[first];
                first = (first + 1) % queue.length;
                count--;
                queued.clear(told + 1);
                waits = count > 0;
                if (told != LINE || level != toldLevel) {
                    take();
                    return true;
                }
            }
            return false;
        }
    }

    private void take() {
        teller = Thread.currentThread();
        if (told == LINE) {
            toldLevel = level;
        } else {
            toldAddress = addresses[told];
            toldMessage = messages[told];
        }
    }

    private void call() {
        if (told != LINE) {
            sink.raise(told);
        } else if (toldLevel) {
            line.assertLevel();
        } else {
            line.deassert();
        }
    }

    private void end() {
        synchronized (lock) {
            teller = null;
        }
    }
}
