package org.gpumediator.examples.vfiouser.protocol;

import java.lang.foreign.MemorySegment;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.LinuxException;
import org.gpumediator.examples.common.linux.MessageSocket;
import org.gpumediator.examples.common.linux.PollSet;

/**
 * Cuts the byte stream of a client into messages, and gives each the descriptors that came with it.
 *
 * <p>Invariants: as many bytes are received as there are, so that a small message costs one system
 * call; the current message never moves while it is current. Descriptors belong to the message that
 * holds the last byte of the receive they came with, because the kernel ends a receive with the
 * bytes that carry descriptors.
 *
 * <p>Threats: sizes are checked before anything depends on them, nothing is allocated by a size of
 * the wire; descriptors that nobody takes are closed; a client that stops inside a message is given
 * up after a time.
 *
 * <p>Belongs to the thread that made it.
 */
public final class FrameReader implements AutoCloseable {

    /** The current message is whole. */
    public static final int WHOLE = 1;

    /** The client has gone between two messages. */
    public static final int END = 0;

    /** The current message has a size that no message has; what follows cannot be understood. */
    public static final int BAD_SIZE = -1;

    /**
     * The stream broke: gone inside a message, too slow, too many descriptors, or a socket error.
     */
    public static final int BROKEN = -2;

    /** Room for the longest message and for what is received behind a message. */
    private static final int INPUT_LENGTH = Wire.MAX_MESSAGE + 256 * 1024;

    /** Nothing has come of a message that had to come by a time. */
    public static final int SILENT = -3;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final int connection;
    private final MessageSocket socket;
    private final MemorySegment input;
    private final PollSet poll = new PollSet();
    private final Header looked = new Header();
    private final long messageNanos;

    /** Stream position of the first byte of the input buffer. */
    private long origin;

    private int head;
    private int tail;
    private int frameSize;

    private final int[] descriptors = new int[2 * Wire.MAX_DESCRIPTORS];
    private final long[] owners = new long[2 * Wire.MAX_DESCRIPTORS];
    private int descriptorCount;
    private int frameDescriptors;

    /** Stream position of a message that has lost descriptors on the way. */
    private long incompleteAt = -1;

    /**
     * Reads messages of a connected socket.
     *
     * @param connection the socket; closed with this reader
     * @param outputBytes length of the buffer for messages going out
     * @param messageNanos how long one message may take to arrive, from its first byte
     */
    public FrameReader(int connection, int outputBytes, long messageNanos) {
        this.connection = connection;
        socket = new MessageSocket(connection, INPUT_LENGTH, outputBytes, Wire.MAX_DESCRIPTORS);
        input = socket.input();
        poll.add(connection);
        this.messageNanos = messageNanos;
    }

    /** Returns the socket, to send with. */
    public MessageSocket socket() {
        return socket;
    }

    /** Returns the buffer that {@link #frameAt} counts in. */
    public MemorySegment input() {
        return input;
    }

    /** Returns where in the buffer the current message begins. */
    public int frameAt() {
        return head;
    }

    /** Returns the length of the current message, header included. */
    public int frameSize() {
        return frameSize;
    }

    /** Returns how many descriptors the current message still has. */
    public int frameDescriptors() {
        return frameDescriptors;
    }

    /** Returns whether descriptors of the current message were lost on the way. */
    public boolean frameIncomplete() {
        return incompleteAt == origin + head;
    }

    /**
     * Gives away the first descriptor that the current message still has: the caller closes it.
     *
     * @return the descriptor; {@code -1} if there is none left
     */
    public int takeDescriptor() {
        return frameDescriptors > 0 ? removeFirst() : -1;
    }

    private int removeFirst() {
        int first = descriptors[0];
        frameDescriptors--;
        descriptorCount--;
        System.arraycopy(descriptors, 1, descriptors, 0, descriptorCount);
        System.arraycopy(owners, 1, owners, 0, descriptorCount);
        return first;
    }

    /** Closes the descriptors that nobody has taken from the current message. */
    public void dropDescriptors() {
        while (frameDescriptors > 0) {
            Descriptors.close(removeFirst());
        }
    }

    /**
     * Ends the current message and waits for the next one, however long it does not begin.
     *
     * @return {@link #WHOLE}, {@link #END}, {@link #BAD_SIZE} or {@link #BROKEN}
     */
    public int next() {
        return next(Long.MAX_VALUE);
    }

    /**
     * Ends the current message and waits for the next one.
     *
     * @param beginNanos how long it may take to begin
     * @return {@link #WHOLE}, {@link #END}, {@link #BAD_SIZE}, {@link #BROKEN} or {@link #SILENT}
     */
    public int next(long beginNanos) {
        dropDescriptors();
        head += frameSize;
        frameSize = 0;
        if (head == tail) {
            rewind();
        }
        long giveUpAt = 0;
        while (true) {
            int state = sizeAt(head);
            if (state == BAD_SIZE) {
                return BAD_SIZE;
            }
            if (state > 0 && tail - head >= state) {
                frameSize = state;
                claimDescriptors();
                return WHOLE;
            }
            if (tail != head) {
                long now = System.nanoTime();
                if (giveUpAt == 0) {
                    giveUpAt = now + messageNanos;
                }
                if (!awaitMore(giveUpAt - now)) {
                    return BROKEN;
                }
            } else if (beginNanos != Long.MAX_VALUE && !awaitMore(beginNanos)) {
                return SILENT;
            }
            makeRoom(state);
            long received = receive();
            if (received <= 0) {
                return received == 0 && tail == head ? END : BROKEN;
            }
        }
    }

    private void rewind() {
        origin += head;
        head = 0;
        tail = 0;
    }

    /** Moves the beginning of a message to the front if its rest would not fit behind it. */
    private void makeRoom(int size) {
        if (input.byteSize() - head < Math.max(size, Header.LENGTH)) {
            int begun = tail - head;
            MemorySegment.copy(input, head, input, 0, begun);
            rewind();
            tail = begun;
        }
    }

    /**
     * Returns the size of the message that begins somewhere, {@code 0} if its header is not whole
     * yet, or {@link #BAD_SIZE}.
     */
    private int sizeAt(int at) {
        if (tail - at < Header.LENGTH) {
            return 0;
        }
        looked.wrap(input, at);
        int size = looked.size();
        return size >= Header.LENGTH && size <= Wire.MAX_MESSAGE ? size : BAD_SIZE;
    }

    private boolean awaitMore(long nanos) {
        try {
            return nanos > 0 && poll.await((int) (nanos / NANOS_PER_MILLI) + 1) > 0;
        } catch (LinuxException failed) {
            return false;
        }
    }

    /**
     * Receives what there is; answers what the socket does, or an error for too many descriptors.
     */
    private long receive() {
        long received = socket.receive(tail, input.byteSize() - tail);
        if (received > 0) {
            tail += (int) received;
        }
        if (socket.descriptorCount() > 0 || socket.descriptorsLost()) {
            return keepDescriptors() ? received : -Errno.E2BIG;
        }
        return received;
    }

    private boolean keepDescriptors() {
        long owner = origin + lastBegun();
        if (socket.descriptorsLost()) {
            incompleteAt = owner;
        }
        boolean room = descriptorCount + socket.descriptorCount() <= descriptors.length;
        for (int i = 0; i < socket.descriptorCount(); i++) {
            if (room) {
                owners[descriptorCount] = owner;
                descriptors[descriptorCount++] = socket.takeDescriptor(i);
            } else {
                Descriptors.close(socket.takeDescriptor(i));
            }
        }
        return room;
    }

    /** Returns where the message begins that holds the last byte received. */
    private int lastBegun() {
        int at = head;
        while (true) {
            int size = sizeAt(at);
            if (size <= 0 || tail - at <= size) {
                return at;
            }
            at += size;
        }
    }

    private void claimDescriptors() {
        long position = origin + head;
        while (frameDescriptors < descriptorCount && owners[frameDescriptors] == position) {
            frameDescriptors++;
        }
    }

    /**
     * Looks behind the current message for the reply to a command of ours, waiting for it while
     * nothing stands in the way. Replies found are left where they are: {@link #next} will come to
     * them.
     *
     * @param id number of our command, 0 to 0xffff
     * @param giveUpAt when to stop waiting, as {@link System#nanoTime} counts
     * @return where in the buffer the reply begins; {@code -1} if the client waits for an answer of
     *     ours first, the reply does not come in time, or the stream is broken
     */
    public int awaitReply(int id, long giveUpAt) {
        int at = head + frameSize;
        while (true) {
            int size = sizeAt(at);
            if (size == BAD_SIZE) {
                return -1;
            }
            if (size > 0 && tail - at >= size) {
                boolean reply = looked.isReply();
                if (reply && looked.id() == id) {
                    return at;
                }
                if (!reply && !looked.isPosted()) {
                    return -1;
                }
                at += size;
            } else if (input.byteSize() - at < Math.max(size, Header.LENGTH)
                    || !awaitMore(giveUpAt - System.nanoTime())
                    || receive() <= 0) {
                return -1;
            }
        }
    }

    /** Closes the socket and every descriptor that was not taken. */
    @Override
    public void close() {
        frameDescriptors = descriptorCount;
        dropDescriptors();
        poll.close();
        socket.close();
        Descriptors.close(connection);
    }
}
