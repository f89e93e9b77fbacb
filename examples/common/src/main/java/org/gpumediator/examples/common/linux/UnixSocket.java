package org.gpumediator.examples.common.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import org.jspecify.annotations.Nullable;

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

    /**
     * Who may connect: the protocol has no authentication, so this is all there is.
     *
     * @param mode permissions of the socket's file
     * @param group the group it belongs to; {@code null} for that of its maker
     */
    public record Access(int mode, @Nullable GroupPrincipal group) {

        /** The owner alone. */
        public static final Access OWNER = new Access(OWNER_ONLY, null);

        /**
         * Reads what an operator has written.
         *
         * @param mode as {@code chmod} takes it, {@code 0600} at least; empty for {@code 0660} if
         *     there is a group, {@code 0600} if not
         * @param group its name; empty for none
         * @throws IllegalArgumentException if it is no mode, or the host has no such group
         */
        public static Access parse(String mode, String group) {
            String octal = mode.isEmpty() ? group.isEmpty() ? "600" : "660" : mode;
            if (!octal.matches("0?[67][0-7][0-7]")) {
                throw new IllegalArgumentException(
                        "mode=" + mode + ": expected 0600 to 0777, as chmod takes it");
            }
            try {
                return new Access(
                        Integer.parseInt(octal, 8),
                        group.isEmpty()
                                ? null
                                : FileSystems.getDefault()
                                        .getUserPrincipalLookupService()
                                        .lookupPrincipalByGroupName(group));
            } catch (IOException unknown) {
                throw new IllegalArgumentException(
                        "group=" + group + ": this host has no group of that name", unknown);
            }
        }

        private void giveTo(Path path) throws IOException {
            if (group != null) {
                Files.getFileAttributeView(path, PosixFileAttributeView.class).setGroup(group);
            }
            if (mode != OWNER_ONLY) {
                Files.setAttribute(path, "unix:mode", mode);
            }
        }
    }

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
     * Listens on a path; only the owner may connect.
     *
     * @return the listening socket
     * @throws IOException as {@link #listen(Path, Access)}
     */
    public static int listen(Path path) throws IOException {
        return listen(path, Access.OWNER);
    }

    /**
     * Listens on a path. A socket that nobody listens on any more is replaced; anything else that
     * is in the way stays. Nobody but those who may can connect at any moment.
     *
     * @return the listening socket
     * @throws IOException if the path is too long, in use, or cannot be made, or the host does not
     *     let it be given to the group
     */
    public static int listen(Path path, Access access) throws IOException {
        removeIfStale(path);
        int socket = create();
        boolean bound = false;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, path);
            LibC.check("fchmod", state -> (int) LibC.FCHMOD.invokeExact(state, socket, OWNER_ONLY));
            LibC.check(
                    "bind " + path,
                    state ->
                            (int)
                                    LibC.BIND.invokeExact(
                                            state, socket, address, (int) address.byteSize()));
            bound = true;
            access.giveTo(path);
            LibC.check(
                    "listen " + path,
                    state -> (int) LibC.LISTEN.invokeExact(state, socket, BACKLOG));
            Descriptors.makeNonBlocking(socket);
            return socket;
        } catch (IOException failed) {
            Descriptors.close(socket);
            if (bound) {
                Files.deleteIfExists(path);
            }
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
