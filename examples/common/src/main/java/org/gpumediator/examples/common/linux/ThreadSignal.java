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

    private final Arena arena = Arena.ofAuto();

    /** The set of this signal alone, as the kernel has it: 64 bits; the C library's is longer. */
    private final MemorySegment set = arena.allocate(128, 8);

    private final MemorySegment before = arena.allocate(128, 8);
    private final MemorySegment noTime = arena.allocate(16, 8);
    private final long thread;

    private ThreadSignal() {
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

    /** Blocks the signal in the calling thread, and returns what sends it there. */
    public static ThreadSignal ofCurrentThread() {
        return new ThreadSignal();
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
