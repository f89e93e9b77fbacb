package org.gpumediator.examples.common.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The two ends of a stream socket with their buffers: bytes and descriptors in, bytes and at most
 * one descriptor out. Belongs to the thread that made it; nothing is allocated per message.
 *
 * <p>Source of the layouts: {@code struct msghdr}, {@code struct iovec} and {@code struct cmsghdr}
 * of Linux on 64-bit machines.
 */
public final class MessageSocket implements AutoCloseable {

    /** Most descriptors that the kernel lets through with one message ({@code SCM_MAX_FD}). */
    public static final int MAX_DESCRIPTORS = 253;

    /**
     * How soon the next message of a burst comes, and so for how long to look for it before waiting
     * for it: less than a wait and its end cost, where a guest accesses registers in a row.
     */
    private static final long BURST_NANOS = 200_000;

    private static final int MSG_CTRUNC = 0x8;

    /** How long a message of ours may wait for a peer that does not read, from begin to end. */
    private static final long SEND_NANOS = 5_000_000_000L;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int MSG_FLAGS = 48;
    private static final int MSGHDR_LENGTH = 56;
    private static final int IOV_LEN = 8;
    private static final int IOVEC_LENGTH = 16;
    private static final int CMSG_LEVEL = 8;
    private static final int CMSG_TYPE = 12;
    private static final int CMSG_DATA = 16;
    private static final int POLLOUT = 4;
    private static final int POLL_EVENTS = 4;
    private static final int POLL_LENGTH = 8;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment state = arena.allocate(LibC.CALL_STATE);
    private final MemorySegment header = arena.allocate(MSGHDR_LENGTH, 8);
    private final MemorySegment vector = arena.allocate(IOVEC_LENGTH, 8);
    private final MemorySegment control;
    private final MemorySegment writable = arena.allocate(POLL_LENGTH, 8);
    private final MemorySegment outHeader = arena.allocate(MSGHDR_LENGTH, 8);
    private final MemorySegment outVector = arena.allocate(IOVEC_LENGTH, 8);
    private final MemorySegment input;
    private final MemorySegment output;
    private final long inputAddress;
    private final long outputAddress;
    private final long headerAddress;
    private final int socket;
    private final int[] descriptors;
    private int descriptorCount;
    private boolean descriptorsLost;
    private boolean inBurst;

    /**
     * Wraps a connected socket.
     *
     * @param socket its descriptor; stays the caller's
     * @param inputBytes length of the buffer for what comes in
     * @param outputBytes length of the buffer for what goes out
     */
    public MessageSocket(int socket, long inputBytes, long outputBytes) {
        this(socket, inputBytes, outputBytes, MAX_DESCRIPTORS);
    }

    /**
     * Wraps a connected socket that takes few descriptors: those beyond are dropped by the kernel,
     * and never become open here.
     *
     * @param socket its descriptor; stays the caller's
     * @param inputBytes length of the buffer for what comes in
     * @param outputBytes length of the buffer for what goes out
     * @param mostDescriptors how many come in with one receive; 0 to {@link #MAX_DESCRIPTORS}
     */
    public MessageSocket(int socket, long inputBytes, long outputBytes, int mostDescriptors) {
        this.socket = socket;
        descriptors = new int[mostDescriptors];
        // The kernel fills what room there is: no word of padding, or one more would come.
        control = arena.allocate(mostDescriptors == 0 ? 0 : CMSG_DATA + 4L * mostDescriptors, 8);
        writable.set(ValueLayout.JAVA_INT, 0, socket);
        writable.set(ValueLayout.JAVA_SHORT, POLL_EVENTS, (short) POLLOUT);
        input = arena.allocate(inputBytes, 64);
        output = arena.allocate(outputBytes, 64);
        inputAddress = input.address();
        outputAddress = output.address();
        headerAddress = header.address();
        header.set(ValueLayout.JAVA_LONG, MSG_IOV, vector.address());
        header.set(ValueLayout.JAVA_LONG, MSG_IOVLEN, 1);
        header.set(ValueLayout.JAVA_LONG, MSG_CONTROL, control.address());
        outHeader.set(ValueLayout.JAVA_LONG, MSG_IOV, outVector.address());
        outHeader.set(ValueLayout.JAVA_LONG, MSG_IOVLEN, 1);
    }

    /** Returns the buffer that {@link #receive} fills. */
    public MemorySegment input() {
        return input;
    }

    /** Returns the buffer that {@link #send} takes from. */
    public MemorySegment output() {
        return output;
    }

    /**
     * Waits for bytes. Descriptors that came with them are this object's until {@link
     * #takeDescriptor} gives them away; they belong to the message that holds the last byte
     * received, for the kernel ends a receive with the bytes that carry descriptors.
     *
     * @param at first byte of the input buffer to fill
     * @param length how many at most; positive, inside the buffer
     * @return how many came; {@code 0} at the end of the stream; the negative error number on
     *     failure
     */
    public long receive(long at, long length) {
        if (at < 0 || length <= 0 || at > input.byteSize() - length) {
            throw new IndexOutOfBoundsException(at + "+" + length);
        }
        descriptorCount = 0;
        descriptorsLost = false;
        vector.set(ValueLayout.JAVA_LONG, 0, inputAddress + at);
        vector.set(ValueLayout.JAVA_LONG, IOV_LEN, length);
        header.set(ValueLayout.JAVA_LONG, MSG_CONTROLLEN, control.byteSize());
        header.set(ValueLayout.JAVA_INT, MSG_FLAGS, 0);
        long start = System.nanoTime();
        long received = inBurst ? look(start) : receive(MSG_CMSG_CLOEXEC);
        inBurst = System.nanoTime() - start < BURST_NANOS;
        if (received >= 0
                && (header.get(ValueLayout.JAVA_LONG, MSG_CONTROLLEN) != 0
                        || (header.get(ValueLayout.JAVA_INT, MSG_FLAGS) & MSG_CTRUNC) != 0)) {
            collectDescriptors();
        }
        return received;
    }

    /** Looks for bytes for a while, letting others have the processor, then waits for them. */
    @SuppressWarnings("ThreadPriorityCheck") // for speed alone: nothing depends on who runs next
    private long look(long start) {
        long received = receive(MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        while (received == -Errno.EAGAIN && System.nanoTime() - start < BURST_NANOS) {
            Thread.yield();
            received = receive(MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        }
        return received == -Errno.EAGAIN ? receive(MSG_CMSG_CLOEXEC) : received;
    }

    private long receive(int flags) {
        try {
            long received;
            do {
                received = (long) LibC.RECVMSG.invokeExact(state, socket, headerAddress, flags);
                if (received >= 0) {
                    return received;
                }
                received = -LibC.errno(state);
            } while (received == -Errno.EINTR);
            return received;
        } catch (Throwable thrown) {
            throw LibC.unexpected(thrown);
        }
    }

    private void collectDescriptors() {
        descriptorsLost = (header.get(ValueLayout.JAVA_INT, MSG_FLAGS) & MSG_CTRUNC) != 0;
        long end = Math.min(header.get(ValueLayout.JAVA_LONG, MSG_CONTROLLEN), control.byteSize());
        long at = 0;
        while (at + CMSG_DATA <= end) {
            long length = control.get(ValueLayout.JAVA_LONG, at);
            if (length < CMSG_DATA || length > end - at) {
                return;
            }
            if (control.get(ValueLayout.JAVA_INT, at + CMSG_LEVEL) == SOL_SOCKET
                    && control.get(ValueLayout.JAVA_INT, at + CMSG_TYPE) == SCM_RIGHTS) {
                for (long data = at + CMSG_DATA; data + 4 <= at + length; data += 4) {
                    descriptors[descriptorCount++] = control.get(ValueLayout.JAVA_INT, data);
                }
            }
            at += (length + 7) & ~7L;
        }
    }

    /** Returns how many descriptors came with the last receive. */
    public int descriptorCount() {
        return descriptorCount;
    }

    /**
     * Gives away a descriptor of the last receive: the caller closes it.
     *
     * @param index {@code 0} to {@link #descriptorCount}, minus one
     */
    public int takeDescriptor(int index) {
        return descriptors[index];
    }

    /** Returns whether some descriptors of the last receive did not get through. */
    public boolean descriptorsLost() {
        return descriptorsLost;
    }

    /**
     * Sends the first bytes of the output buffer as one message, within 5 seconds.
     *
     * @param length how many; positive
     * @return {@code 0}, or the negative error number; {@code -EAGAIN} if the peer did not read in
     *     time
     */
    public int send(long length) {
        return sendRest(0, length, System.nanoTime() + SEND_NANOS);
    }

    /**
     * Sends the first bytes of the output buffer as one message.
     *
     * @param length how many; positive
     * @param giveUpAt when to stop waiting for a peer that does not read, as {@link
     *     System#nanoTime} counts
     * @return {@code 0}, or the negative error number; {@code -EAGAIN} if the peer did not read in
     *     time: a part of the message may have gone out
     */
    public int sendBy(long length, long giveUpAt) {
        return sendRest(0, length, giveUpAt);
    }

    private int sendRest(long from, long length, long giveUpAt) {
        if (length > output.byteSize()) {
            throw new IndexOutOfBoundsException(Long.toString(length));
        }
        long at = from;
        try {
            while (at < length) {
                long sent =
                        (long)
                                LibC.SEND.invokeExact(
                                        state,
                                        socket,
                                        outputAddress + at,
                                        length - at,
                                        MSG_NOSIGNAL | MSG_DONTWAIT);
                int errno = sent >= 0 ? 0 : LibC.errno(state);
                if (sent >= 0) {
                    at += sent;
                } else if (errno == Errno.EAGAIN) {
                    if (!awaitRoom(giveUpAt)) {
                        return -Errno.EAGAIN;
                    }
                } else if (errno != Errno.EINTR) {
                    return -errno;
                }
            }
            return 0;
        } catch (Throwable thrown) {
            throw LibC.unexpected(thrown);
        }
    }

    /** Waits until the peer has read something; answers whether there is time left. */
    private boolean awaitRoom(long giveUpAt) {
        long left = giveUpAt - System.nanoTime();
        if (left <= 0) {
            return false;
        }
        int millis = (int) (left / NANOS_PER_MILLI) + 1;
        return LibC.attempt(
                        call -> (int) LibC.POLL.invokeExact(call, writable.address(), 1L, millis))
                > 0;
    }

    /**
     * Sends the first bytes of the output buffer as one message with descriptors, within 5 seconds.
     *
     * @param length how many; positive
     * @param passed the descriptors; stay the caller's
     * @return {@code 0}, or the negative error number
     */
    public int send(long length, int... passed) {
        if (passed.length > MAX_DESCRIPTORS) {
            throw new IllegalArgumentException(
                    passed.length + " descriptors: expected at most " + MAX_DESCRIPTORS);
        }
        try (Arena once = Arena.ofConfined()) {
            long dataLength = 4L * passed.length;
            MemorySegment rights = once.allocate(CMSG_DATA + ((dataLength + 7) & ~7L), 8);
            rights.set(ValueLayout.JAVA_LONG, 0, CMSG_DATA + dataLength);
            rights.set(ValueLayout.JAVA_INT, CMSG_LEVEL, SOL_SOCKET);
            rights.set(ValueLayout.JAVA_INT, CMSG_TYPE, SCM_RIGHTS);
            MemorySegment.copy(passed, 0, rights, ValueLayout.JAVA_INT, CMSG_DATA, passed.length);
            outHeader.set(ValueLayout.JAVA_LONG, MSG_CONTROL, rights.address());
            outHeader.set(ValueLayout.JAVA_LONG, MSG_CONTROLLEN, rights.byteSize());
            outVector.set(ValueLayout.JAVA_LONG, 0, outputAddress);
            outVector.set(ValueLayout.JAVA_LONG, IOV_LEN, length);
            long giveUpAt = System.nanoTime() + SEND_NANOS;
            while (true) {
                long sent =
                        (long)
                                LibC.SENDMSG.invokeExact(
                                        state,
                                        socket,
                                        outHeader.address(),
                                        MSG_NOSIGNAL | MSG_DONTWAIT);
                if (sent >= 0) {
                    return sendRest(sent, length, giveUpAt);
                }
                int errno = LibC.errno(state);
                if (errno != Errno.EINTR && (errno != Errno.EAGAIN || !awaitRoom(giveUpAt))) {
                    return -errno;
                }
            }
        } catch (Throwable thrown) {
            throw LibC.unexpected(thrown);
        }
    }

    /** Gives the buffers back. The socket stays open. */
    @Override
    public void close() {
        arena.close();
    }
}
