package org.gpumediator.examples.common.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** An event counter as a client may make it: blocking, full, or taking for ever to empty. */
public final class HostileCounter implements AutoCloseable {

    /** The most that a counter holds by writing; the next write waits. */
    public static final long FULL = -2;

    private static final int EFD_SEMAPHORE = 1;
    private static final int F_SETFL = 4;
    private static final int O_RDWR = 2;

    private final int descriptor;

    private HostileCounter(int flags) throws LinuxException {
        descriptor =
                (int)
                        LibC.check(
                                "eventfd",
                                state -> (int) LibC.EVENTFD.invokeExact(state, 0, flags));
    }

    /** Returns a counter whose reads and writes wait. */
    public static HostileCounter blocking() throws LinuxException {
        return new HostileCounter(0);
    }

    /** Returns a counter of which each read takes one. */
    public static HostileCounter semaphore() throws LinuxException {
        return new HostileCounter(EFD_SEMAPHORE);
    }

    public int descriptor() {
        return descriptor;
    }

    /** Makes reads and writes wait, for everybody who holds the counter. */
    public void makeBlocking() {
        Descriptors.fcntl(descriptor, F_SETFL, O_RDWR);
    }

    /** Adds to the counter, which must have room. */
    public void add(long amount) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_LONG, amount);
            long ignored = (long) LibC.WRITE_BLINDLY.invokeExact(descriptor, word.address(), 8L);
        }
    }

    /** Returns what the counter holds, taking nothing. */
    public long count() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor))) {
            if (line.startsWith("eventfd-count:")) {
                return Long.parseUnsignedLong(line.substring(14).strip(), 16);
            }
        }
        throw new IOException("no counter: " + descriptor);
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
