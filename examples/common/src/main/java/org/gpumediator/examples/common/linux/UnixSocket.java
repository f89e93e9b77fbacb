package org.gpumediator.examples.common.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Stream sockets in the file system. A socket is its descriptor; who gets one closes it. */
public final class UnixSocket {

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = 0x8_0000;
    private static final int SHUT_RDWR = 2;
    private static final int BACKLOG = 16;
    private static final int OWNER_ONLY = 0600;

    /** Longest path in bytes: {@code sun_path} has 108, the last is zero. */
    public static final int MAX_PATH_BYTES = 107;

    private static final int SUN_PATH = 2;

    private UnixSocket() {}

    private static int create() throws LinuxException {
        return (int)
                LibC.check(
                        "socket",
                        state ->
                                (int)
                                        LibC.SOCKET.invokeExact(
                                                state, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    }

    private static MemorySegment address(Arena arena, Path path) throws IOException {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_PATH_BYTES) {
            throw new IOException(
                    path
                            + ": path has "
                            + bytes.length
                            + " bytes, expected 1 to "
                            + MAX_PATH_BYTES);
        }
        MemorySegment address = arena.allocate(SUN_PATH + MAX_PATH_BYTES + 1, 8);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, SUN_PATH, bytes.length);
        return address;
    }

    /**
     * Listens on a path. A socket that nobody listens on any more is replaced; anything else that
     * is in the way stays. Only the owner may connect: the protocol has no authentication.
     *
     * @return the listening socket
     * @throws IOException if the path is too long, in use, or cannot be made
     */
    public static int listen(Path path) throws IOException {
        removeIfStale(path);
        int socket = create();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, path);
            LibC.check("fchmod", state -> (int) LibC.FCHMOD.invokeExact(state, socket, OWNER_ONLY));
            LibC.check(
                    "bind " + path,
                    state ->
                            (int)
                                    LibC.BIND.invokeExact(
                                            state, socket, address, (int) address.byteSize()));
            LibC.check(
                    "listen " + path,
                    state -> (int) LibC.LISTEN.invokeExact(state, socket, BACKLOG));
            Descriptors.makeNonBlocking(socket);
            return socket;
        } catch (IOException failed) {
            Descriptors.close(socket);
            throw failed;
        }
    }

    /**
     * Returns why a socket cannot be made at a path, as far as can be seen without making it: too
     * long, no folder that can be written to, or something else in its place. Empty if nothing is
     * in the way.
     */
    public static String obstacle(Path path) {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_PATH_BYTES) {
            return path + ": path has " + length + " bytes, expected 1 to " + MAX_PATH_BYTES;
        }
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            return path + ": expected in a folder that can be written to";
        }
        try {
            return Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isSocket(path)
                    ? path + ": something that is no socket is in its place"
                    : "";
        } catch (IOException goneMeanwhile) {
            return "";
        }
    }

    private static void removeIfStale(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Descriptors.close(connect(path));
        } catch (LinuxException refused) {
            if (refused.errno() == Errno.ECONNREFUSED && isSocket(path)) {
                Files.deleteIfExists(path);
                return;
            }
        }
        throw new LinuxException("bind " + path, Errno.EADDRINUSE);
    }

    private static boolean isSocket(Path path) throws IOException {
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & 0xf000) == 0xc000;
    }

    /**
     * Connects to a path.
     *
     * @return the connected socket
     * @throws IOException if nobody listens there
     */
    public static int connect(Path path) throws IOException {
        int socket = create();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, path);
            LibC.check(
                    "connect " + path,
                    state ->
                            (int)
                                    LibC.CONNECT.invokeExact(
                                            state, socket, address, (int) address.byteSize()));
            return socket;
        } catch (IOException failed) {
            Descriptors.close(socket);
            throw failed;
        }
    }

    /**
     * Creates two sockets connected with each other.
     *
     * @throws LinuxException if the process has no descriptors left
     */
    public static int[] pair() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment both = arena.allocate(ValueLayout.JAVA_INT, 2);
            LibC.check(
                    "socketpair",
                    state ->
                            (int)
                                    LibC.SOCKETPAIR.invokeExact(
                                            state, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both));
            return both.toArray(ValueLayout.JAVA_INT);
        }
    }

    /**
     * Takes the next connection of a listening socket.
     *
     * @return the connected socket
     * @throws LinuxException with {@code EAGAIN} if there is none; or if the process has no
     *     descriptor left
     */
    public static int accept(int listening) throws LinuxException {
        return (int)
                LibC.check(
                        "accept4",
                        state ->
                                (int)
                                        LibC.ACCEPT4.invokeExact(
                                                state,
                                                listening,
                                                MemorySegment.NULL,
                                                MemorySegment.NULL,
                                                SOCK_CLOEXEC));
    }

    /** Ends both directions: whoever waits on the socket, on either side, returns. */
    public static void shutdown(int socket) {
        long ignored =
                LibC.attempt(state -> (int) LibC.SHUTDOWN.invokeExact(state, socket, SHUT_RDWR));
    }
}
