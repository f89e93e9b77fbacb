package org.gpumediator.examples.common.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Event counters: one side adds, the other takes the sum. */
public final class EventFd {

    private static final int EFD_CLOEXEC = 0x8_0000;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int COUNTER_LENGTH = 8;
    private static final int RWF_NOWAIT = 8;
    private static final long NO_OFFSET = -1;

    /** The word 1, never freed: signalling happens on any thread. */
    private static final MemorySegment ONE = one();

    private EventFd() {}

    private static MemorySegment one() {
        MemorySegment word = Arena.global().allocate(ValueLayout.JAVA_LONG);
        word.set(ValueLayout.JAVA_LONG, 0, 1);
        return word.asReadOnly();
    }

    /**
     * Creates a counter at zero.
     *
     * @return its descriptor, to be closed by the caller
     * @throws LinuxException if the process has no descriptor left
     */
    public static int create() throws LinuxException {
        return (int)
                LibC.check(
                        "eventfd",
                        state ->
                                (int)
                                        LibC.EVENTFD.invokeExact(
                                                state, 0, EFD_CLOEXEC | EFD_NONBLOCK));
    }

    /**
     * Adds one to a counter that only this process holds, so that it is not blocking; one that a
     * client holds too is signalled by {@link EventSignal}. Does not allocate; may be called on any
     * thread. A counter that is full is pending anyway, so no failure is reported.
     */
    public static void signal(int descriptor) {
        try {
            long ignored =
                    (long)
                            LibC.WRITE_BLINDLY.invokeExact(
                                    descriptor, ONE.address(), (long) COUNTER_LENGTH);
        } catch (Throwable thrown) {
            throw LibC.unexpected(thrown);
        }
    }

    /**
     * Takes the sum and sets the counter to zero; takes one of a counter that is a semaphore. Does
     * not wait, whatever others who hold the counter do to it.
     *
     * @return the sum, {@code 0} if nothing was added since
     */
    public static long take(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sum = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment vector = arena.allocate(ValueLayout.JAVA_LONG, 2);
            vector.set(ValueLayout.JAVA_LONG, 0, sum.address());
            vector.set(ValueLayout.JAVA_LONG, Long.BYTES, COUNTER_LENGTH);
            long read =
                    LibC.attempt(
                            state ->
                                    (long)
                                            LibC.PREADV2.invokeExact(
                                                    state,
                                                    descriptor,
                                                    vector.address(),
                                                    1,
                                                    NO_OFFSET,
                                                    RWF_NOWAIT));
            return read == COUNTER_LENGTH ? sum.get(ValueLayout.JAVA_LONG, 0) : 0;
        }
    }
}
