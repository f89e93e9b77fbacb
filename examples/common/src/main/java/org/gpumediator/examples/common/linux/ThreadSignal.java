package org.gpumediator.examples.common.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A signal that ends one thread's waiting in the kernel and does nothing else: it is blocked in
 * that thread, so that it is only ever taken inside a call that lets it in (as KVM_RUN does), and
 * the process needs no handler.
 *
 * <p>Made by the thread that is to be interrupted. {@link #send} may be called on any thread until
 * that thread ends.
 */
public final class ThreadSignal {

    /** A real-time signal that neither the C library nor the JVM uses. */
    private static final int SIGNAL = 40;

    private static final int SIG_BLOCK = 0;

    /** The C library's sets are longer than the kernel's 64 bits. */
    private static final int SET_LENGTH = 128;

    private static final int TIME_LENGTH = 16;

    /** The set of this signal alone. */
    private final MemorySegment set;

    private final MemorySegment before;
    private final MemorySegment noTime;
    private final long thread;

    private ThreadSignal(Arena arena) {
        set = arena.allocate(SET_LENGTH, 8);
        before = arena.allocate(SET_LENGTH, 8);
        noTime = arena.allocate(TIME_LENGTH, 8);
        set.set(ValueLayout.JAVA_LONG, 0, 1L << SIGNAL - 1);
        try {
            int ignored =
                    (int)
                            LibC.PTHREAD_SIGMASK.invokeExact(
                                    SIG_BLOCK, set.address(), before.address());
            thread = (long) LibC.PTHREAD_SELF.invokeExact();
        } catch (Throwable thrown) {
            throw LibC.unexpected(thrown);
        }
    }

    /**
     * Blocks the signal in the calling thread, and returns what sends it there.
     *
     * @param arena of that thread; {@link #send} may be called after it was closed
     */
    public static ThreadSignal ofCurrentThread(Arena arena) {
        return new ThreadSignal(arena);
    }

    /**
     * Returns the kernel's set of the signals that stay blocked in a call that this one shall
     * interrupt.
     */
    public long maskThatLetsItIn() {
        return before.get(ValueLayout.JAVA_LONG, 0) & ~(1L << SIGNAL - 1);
    }

    /** Interrupts the thread's wait, or its next one. The thread must not have ended. */
    public void send() {
        try {
            int ignored = (int) LibC.PTHREAD_KILL.invokeExact(thread, SIGNAL);
        } catch (Throwable thrown) {
            throw LibC.unexpected(thrown);
        }
    }

    /** Takes a signal that has come, so that it interrupts nothing more. For the thread itself. */
    public void consume() {
        try {
            int ignored = (int) LibC.SIGTIMEDWAIT.invokeExact(set.address(), 0L, noTime.address());
        } catch (Throwable thrown) {
            throw LibC.unexpected(thrown);
        }
    }
}
