package org.gpumediator.examples.common.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gpumediator.api.GpuMediationException;

/**
 * Adds one to event counters that somebody else holds too, and never waits for him.
 *
 * <p>A write waits as long as a counter is full and blocking, and whoever holds the counter can
 * make it both at any time: the flag is shared by all holders. So the kernel is asked to signal
 * instead: it carries out a read of no bytes and announces its end on the counter ({@code
 * IOCB_FLAG_RESFD}). An announcement does not wait; a counter that is full stays full.
 *
 * <p>Allocates nothing per signal. Used by one thread at a time. All of a process share one queue
 * of the kernel's.
 *
 * <p>Source of the layouts: {@code linux/aio_abi.h}.
 */
public final class EventSignal {

    private static final int QUEUE_LENGTH = 256;

    /** Signals that may be under way on other threads at the same time. */
    private static final int MOST_ENDED = 16;

    private static final int MOST_TRIES = 4;

    private static final int REQUEST_LENGTH = 64;
    private static final int REQUEST_FILE = 20;
    private static final int REQUEST_FLAGS = 56;
    private static final int REQUEST_COUNTER = 60;
    private static final int FLAG_RESFD = 1;
    private static final int EVENT_LENGTH = 32;

    private static final int MFD_CLOEXEC = 1;

    private static long queue;

    /** A file of no bytes; opened once, for as long as the process lives. */
    private static int empty;

    private final long queueId;
    private final MemorySegment request;
    private final long requests;
    private final long ended;
    private final long noTime;

    /**
     * Creates a signaller.
     *
     * @throws GpuMediationException if the kernel has no queue for this process, or no descriptor
     */
    public EventSignal() {
        queueId = open();
        MemorySegment all =
                Arena.ofAuto()
                        .allocate(
                                REQUEST_LENGTH
                                        + ValueLayout.ADDRESS.byteSize()
                                        + 2 * Long.BYTES
                                        + MOST_ENDED * EVENT_LENGTH,
                                REQUEST_LENGTH);
        request = all;
        request.set(ValueLayout.JAVA_INT, REQUEST_FILE, empty);
        request.set(ValueLayout.JAVA_INT, REQUEST_FLAGS, FLAG_RESFD);
        requests = all.address() + REQUEST_LENGTH;
        all.set(ValueLayout.JAVA_LONG, REQUEST_LENGTH, all.address());
        noTime = requests + ValueLayout.ADDRESS.byteSize();
        ended = noTime + 2 * Long.BYTES;
    }

    private static synchronized long open() {
        if (queue == 0) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment made = arena.allocate(ValueLayout.JAVA_LONG);
                LibC.check(
                        "io_setup (see /proc/sys/fs/aio-max-nr)",
                        state ->
                                (long)
                                        LibC.IO_SETUP.invokeExact(
                                                state,
                                                LibC.SYS_IO_SETUP,
                                                (long) QUEUE_LENGTH,
                                                made.address()));
                MemorySegment name = arena.allocateFrom("no bytes");
                empty =
                        (int)
                                LibC.check(
                                        "memfd_create",
                                        state ->
                                                (int)
                                                        LibC.MEMFD_CREATE.invokeExact(
                                                                state, name, MFD_CLOEXEC));
                queue = made.get(ValueLayout.JAVA_LONG, 0);
            } catch (LinuxException refused) {
                throw new GpuMediationException("signals of interrupts", refused);
            }
        }
        return queue;
    }

    /**
     * Adds one to a counter. What cannot be signalled is not reported: a full counter is pending
     * anyway, and a descriptor that is no counter is refused by the kernel.
     */
    public void signal(int counter) {
        request.set(ValueLayout.JAVA_INT, REQUEST_COUNTER, counter);
        try {
            for (int tries = 0; tries < MOST_TRIES; tries++) {
                long submitted =
                        (long)
                                LibC.IO_SUBMIT_BLINDLY.invokeExact(
                                        LibC.SYS_IO_SUBMIT, queueId, 1L, requests);
                long ignored =
                        (long)
                                LibC.IO_GETEVENTS_BLINDLY.invokeExact(
                                        LibC.SYS_IO_GETEVENTS,
                                        queueId,
                                        0L,
                                        (long) MOST_ENDED,
                                        ended,
                                        noTime);
                if (submitted == 1) {
                    return;
                }
            }
        } catch (Throwable thrown) {
            throw LibC.unexpected(thrown);
        }
    }
}
