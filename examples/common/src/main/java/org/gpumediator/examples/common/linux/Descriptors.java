package org.gpumediator.examples.common.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be asked of, and done to, any file descriptor. */
public final class Descriptors {

    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int F_GET_SEALS = 1034;
    private static final int F_SEAL_SHRINK = 2;
    private static final int O_NONBLOCK = 0x800;

    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_LENGTH = 256;
    private static final int STX_BLKSIZE = 4;
    private static final int STX_MODE = 28;
    private static final int STX_SIZE = 40;
    private static final int S_IFMT = 0xf000;
    private static final int S_IFREG = 0x8000;

    private Descriptors() {}

    /**
     * What a descriptor refers to.
     *
     * @param regular whether it is a regular file, shared memory included
     * @param sizeBytes its length
     * @param blockBytes the file system's preferred block; the page size for huge pages
     */
    public record Status(boolean regular, long sizeBytes, int blockBytes) {}

    /**
     * Closes a descriptor. Once, whatever the kernel answers: after an interrupted close the
     * descriptor is free, and another thread may have it already.
     */
    public static void close(int descriptor) {
        try {
            int ignored = (int) LibC.CLOSE_BLINDLY.invokeExact(descriptor);
        } catch (Throwable thrown) {
            throw LibC.unexpected(thrown);
        }
    }

    /**
     * Asks what a descriptor refers to.
     *
     * @throws LinuxException if it is not open
     */
    public static Status status(int descriptor) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom("");
            MemorySegment found = arena.allocate(STATX_LENGTH, 8);
            LibC.check(
                    "statx",
                    state ->
                            (int)
                                    LibC.STATX.invokeExact(
                                            state,
                                            descriptor,
                                            path,
                                            AT_EMPTY_PATH,
                                            STATX_BASIC_STATS,
                                            found));
            int mode = Short.toUnsignedInt(found.get(ValueLayout.JAVA_SHORT, STX_MODE));
            return new Status(
                    (mode & S_IFMT) == S_IFREG,
                    found.get(ValueLayout.JAVA_LONG, STX_SIZE),
                    found.get(ValueLayout.JAVA_INT, STX_BLKSIZE));
        }
    }

    /** Returns whether nobody can make the file shorter any more. */
    public static boolean sealedAgainstShrinking(int descriptor) {
        long seals = fcntl(descriptor, F_GET_SEALS, 0);
        return seals >= 0 && (seals & F_SEAL_SHRINK) != 0;
    }

    /**
     * Makes reads and writes of the open file description return instead of waiting.
     *
     * @throws LinuxException if the descriptor is not open
     */
    public static void makeNonBlocking(int descriptor) throws LinuxException {
        long flags = fcntl(descriptor, F_GETFL, 0);
        if (flags < 0) {
            throw new LinuxException("fcntl F_GETFL", (int) -flags);
        }
        if ((flags & O_NONBLOCK) == 0) {
            long set = fcntl(descriptor, F_SETFL, (int) flags | O_NONBLOCK);
            if (set < 0) {
                throw new LinuxException("fcntl F_SETFL", (int) -set);
            }
        }
    }

    /** Returns whether a descriptor is an event counter and nothing else that can be written to. */
    public static boolean isEventFd(int descriptor) {
        try {
            Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
            return target.toString().equals("anon_inode:[eventfd]");
        } catch (IOException notThere) {
            return false;
        }
    }

    static long fcntl(int descriptor, int command, int argument) {
        return LibC.attempt(
                state -> (int) LibC.FCNTL.invokeExact(state, descriptor, command, argument));
    }
}
