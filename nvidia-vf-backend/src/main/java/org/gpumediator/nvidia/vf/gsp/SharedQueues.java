package org.gpumediator.nvidia.vf.gsp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.nvidia.vf.wire.ObjectStructures.Allocate;
import org.gpumediator.nvidia.vf.wire.ObjectStructures.Control;
import org.gpumediator.nvidia.vf.wire.QueueStructures.Element;
import org.gpumediator.nvidia.vf.wire.QueueStructures.Header;
import org.gpumediator.nvidia.vf.wire.QueueStructures.Receiver;
import org.gpumediator.nvidia.vf.wire.QueueStructures.Sender;
import org.jspecify.annotations.Nullable;

/**
 * The driver's end of the queues it shares with the firmware: one page of addresses, 256 KiB of
 * commands, 256 KiB of statuses. Each side writes only its own block; where the other has read to
 * stands in the other's block.
 *
 * <p>Source: message queue description of the open drivers (element header, checksum, sequence).
 *
 * <p>A message of more than 16 elements comes in pieces: the first one with its own function, the
 * others as continuation records right behind it. How long the whole is stands in its body; more
 * than 1 MiB is refused before anything is set aside for it.
 *
 * <p>Sending and receiving may be done by two threads at once, each by one at a time.
 */
final class SharedQueues implements AutoCloseable {

    // spotless:off
    static final int PAGES            = 129;
    static final int COMMAND_OFFSET   = 4096;
    static final int STATUS_OFFSET    = 4096 + (256 << 10);
    static final int RPC_HEADER       = Header.LAYOUT.bytes();
    static final int MOST_PAYLOAD     = 16 * 4096 - Element.RPC.offset() - RPC_HEADER;

    static final int MOST_BODY        = 1 << 20;
    static final int CONTINUATION     = 71;

    private static final int QUEUE_BYTES    = 256 << 10;
    private static final int ENTRY          = 4096;
    private static final int COUNT          = 63;
    private static final int MOST_ELEMENTS  = 16;
    private static final int ELEMENT_HEADER = Element.RPC.offset();
    private static final int CHECKSUM       = Element.CHECK_SUM.offset();
    private static final int SEQUENCE       = Element.SEQ_NUM.offset();
    private static final int ELEMENTS       = Element.ELEM_COUNT.offset();
    private static final int WRITE_POINTER  = Sender.WRITE_PTR.offset();
    private static final int READ_POINTER   = Sender.LAYOUT.bytes() + Receiver.READ_PTR.offset();
    private static final int SWAPPED_READ_POINTERS = 1;
    private static final int PENDING        = -1;
    private static final int RPC_VERSION    = 0x0300_0000;
    private static final int RPC_SIGNATURE  = 0x4350_5256;
    // spotless:on

    private static final int ATTEMPTS = 3;

    /**
     * One message of the firmware.
     *
     * @param function number of the function answered, or of the event
     * @param result 0, or why the function was not carried out
     * @param sequence the caller's number
     * @param payload what came
     */
    record Message(int function, int result, int sequence, ByteBuffer payload) {}

    /** Hears of messages and of what was wrong with them. */
    interface Listener {
        void message(Message message);

        /** A message was damaged or is missing: what it answered is unknown. */
        void corrupted();
    }

    private final DmaPages memory;
    private final Object sending = new Object();

    @GuardedBy("sending")
    private int writeAt;

    @GuardedBy("sending")
    private int sent;

    @GuardedBy("sending")
    private ByteBuffer outgoing = little(ENTRY);

    // Used by one receiver at a time.
    private ByteBuffer incoming = little(ENTRY);
    private int readAt;
    private int expected;
    private long skipped;
    private @Nullable Partial partial;

    /** A message of which pieces are missing yet. */
    private static final class Partial {

        final int function;
        final int result;
        final int sequence;
        final ByteBuffer body;

        Partial(int function, int result, int sequence, ByteBuffer body) {
            this.function = function;
            this.result = result;
            this.sequence = sequence;
            this.body = body;
        }
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    SharedQueues(PhysicalGpu gpu) {
        memory = new DmaPages(gpu, PAGES * DmaPages.PAGE, DmaAccess.READ_WRITE);
        for (int i = 0; i < PAGES; i++) {
            memory.putLong(8L * i, memory.busAddress() + (long) i * ENTRY);
        }
        put(Sender.SIZE, QUEUE_BYTES);
        put(Sender.MSG_SIZE, ENTRY);
        put(Sender.MSG_COUNT, COUNT);
        put(Sender.FLAGS, SWAPPED_READ_POINTERS);
        put(Sender.RX_HDR_OFF, READ_POINTER);
        put(Sender.ENTRY_OFF, ENTRY);
    }

    private void put(WireField field, int value) {
        memory.putInt(COMMAND_OFFSET + field.offset(), value);
    }

    private int status(WireField field) {
        return memory.getInt(STATUS_OFFSET + field.offset());
    }

    long busAddress() {
        return memory.busAddress();
    }

    long skipped() {
        return skipped;
    }

    /** Returns whether the firmware has set up its block. */
    boolean isLinked() {
        return status(Sender.SIZE) == QUEUE_BYTES
                && status(Sender.MSG_SIZE) == ENTRY
                && status(Sender.MSG_COUNT) == COUNT
                && status(Sender.ENTRY_OFF) == ENTRY;
    }

    /**
     * Puts a message into the command queue.
     *
     * @param head what its payload is cut out of, and {@code tail} behind it
     * @param from where its payload begins in both
     * @param end where it ends
     * @return whether there was room
     */
    boolean send(int function, int sequence, byte[] head, byte[] tail, int from, int end) {
        int length = RPC_HEADER + end - from;
        int elements = (ELEMENT_HEADER + length + ENTRY - 1) / ENTRY;
        synchronized (sending) {
            int read = memory.getInt(STATUS_OFFSET + READ_POINTER);
            int room = Math.floorMod(read - writeAt - 1, COUNT);
            if (read < 0 || read >= COUNT || room < elements) {
                return false;
            }
            if (outgoing.capacity() < elements * ENTRY) {
                outgoing = little(elements * ENTRY);
            }
            ByteBuffer all = outgoing;
            Arrays.fill(all.array(), 0, ELEMENT_HEADER + RPC_HEADER, (byte) 0);
            Arrays.fill(all.array(), ELEMENT_HEADER + length, elements * ENTRY, (byte) 0);
            Header.LAYOUT
                    .view(all, ELEMENT_HEADER)
                    .put(Header.HEADER_VERSION, RPC_VERSION)
                    .put(Header.SIGNATURE, RPC_SIGNATURE)
                    .put(Header.LENGTH, length)
                    .put(Header.FUNCTION, function)
                    .put(Header.RPC_RESULT, PENDING)
                    .put(Header.RPC_RESULT_PRIVATE, PENDING)
                    .put(Header.SEQUENCE, sequence);
            int split = Math.clamp(head.length, from, end);
            all.put(ELEMENT_HEADER + RPC_HEADER, head, Math.min(from, head.length), split - from);
            int behind = Math.max(from - head.length, 0);
            int at = ELEMENT_HEADER + RPC_HEADER + split - from;
            all.put(at, tail, behind, end - split);
            all.putInt(SEQUENCE, sent++);
            all.putInt(ELEMENTS, elements);
            all.putInt(CHECKSUM, checksum(all, ELEMENT_HEADER + length));
            for (int i = 0; i < elements; i++) {
                MemorySegment.copy(
                        MemorySegment.ofArray(all.array()),
                        (long) i * ENTRY,
                        memory.segment(),
                        entry(COMMAND_OFFSET, writeAt + i),
                        ENTRY);
            }
            writeAt = (writeAt + elements) % COUNT;
            VarHandle.releaseFence();
            memory.putInt(COMMAND_OFFSET + WRITE_POINTER, writeAt);
        }
        return true;
    }

    private static long entry(int block, int index) {
        return block + ENTRY + (long) (index % COUNT) * ENTRY;
    }

    /**
     * Takes everything that has come. Bounded: what comes meanwhile waits for the next call once
     * the queue was read around once.
     */
    void receive(Listener listener) {
        for (int budget = COUNT; budget > 0 && isLinked(); budget--) {
            int written = memory.getInt(STATUS_OFFSET + WRITE_POINTER);
            if (written == readAt || written < 0 || written >= COUNT) {
                return;
            }
            VarHandle.acquireFence();
            int available = Math.floorMod(written - readAt, COUNT);
            ByteBuffer message = sound(available);
            if (message == null) {
                int elements = memory.getInt(entry(STATUS_OFFSET, readAt) + ELEMENTS);
                take(elements >= 1 && elements <= available ? elements : available);
                expected++;
                lose(listener);
                continue;
            }
            int sequence = message.getInt(SEQUENCE);
            take(message.getInt(ELEMENTS));
            if (sequence - expected < 0) {
                skipped++;
                continue;
            }
            if (sequence != expected) {
                expected = sequence + 1;
                lose(listener);
                continue;
            }
            expected++;
            accept(message, listener);
        }
    }

    private void lose(Listener listener) {
        partial = null;
        listener.corrupted();
    }

    private void accept(ByteBuffer message, Listener listener) {
        WireView header = Header.LAYOUT.view(message, ELEMENT_HEADER);
        int function = header.getInt(Header.FUNCTION);
        byte[] payload = new byte[header.getInt(Header.LENGTH) - RPC_HEADER];
        message.get(ELEMENT_HEADER + RPC_HEADER, payload);
        Partial open = partial;
        if (function == CONTINUATION) {
            if (open == null || payload.length > open.body.remaining()) {
                lose(listener);
                return;
            }
            open.body.put(payload);
            deliverIfWhole(open, listener);
            return;
        }
        if (open != null) {
            lose(listener);
        }
        int bytes = bodyBytes(function, payload);
        if (bytes < 0) {
            lose(listener);
            return;
        }
        boolean whole = bytes == payload.length;
        ByteBuffer body = ByteBuffer.wrap(whole ? payload : Arrays.copyOf(payload, bytes));
        Partial next =
                new Partial(
                        function,
                        header.getInt(Header.RPC_RESULT),
                        header.getInt(Header.SEQUENCE),
                        body.order(ByteOrder.LITTLE_ENDIAN).position(payload.length));
        deliverIfWhole(next, listener);
    }

    private void deliverIfWhole(Partial message, Listener listener) {
        boolean whole = !message.body.hasRemaining();
        partial = whole ? null : message;
        if (whole) {
            message.body.rewind();
            listener.message(
                    new Message(message.function, message.result, message.sequence, message.body));
        }
    }

    /** Returns how long the whole body is, by its first piece; -1 if that is too long. */
    private static int bodyBytes(int function, byte[] first) {
        if (first.length < MOST_PAYLOAD) {
            return first.length;
        }
        ByteBuffer body = ByteBuffer.wrap(first);
        long bytes =
                switch (function) {
                    case GspRpc.RM_CONTROL ->
                            Control.LAYOUT.bytes()
                                    + Control.LAYOUT.view(body).get(Control.PARAMS_SIZE);
                    case GspRpc.RM_ALLOC ->
                            Allocate.LAYOUT.bytes()
                                    + Allocate.LAYOUT.view(body).get(Allocate.PARAMS_SIZE);
                    default -> first.length;
                };
        return bytes > MOST_BODY ? -1 : (int) Math.max(bytes, first.length);
    }

    private void take(int elements) {
        readAt = (readAt + elements) % COUNT;
        VarHandle.releaseFence();
        memory.putInt(COMMAND_OFFSET + READ_POINTER, readAt);
    }

    /**
     * Copies the next message out and checks the copy; null if it is damaged at each attempt. What
     * is used is the copy alone: that the queue says something else by then has no effect. It is
     * valid until the next one is copied.
     */
    private @Nullable ByteBuffer sound(int available) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int elements = memory.getInt(entry(STATUS_OFFSET, readAt) + ELEMENTS);
            if (elements < 1 || elements > Math.min(MOST_ELEMENTS, available)) {
                continue;
            }
            ByteBuffer copy = copy(elements);
            WireView header = Header.LAYOUT.view(copy, ELEMENT_HEADER);
            int length = header.getInt(Header.LENGTH);
            if (copy.getInt(ELEMENTS) == elements
                    && length >= RPC_HEADER
                    && length <= elements * ENTRY - ELEMENT_HEADER
                    && header.getInt(Header.HEADER_VERSION) == RPC_VERSION
                    && header.getInt(Header.SIGNATURE) == RPC_SIGNATURE
                    && checksum(copy, ELEMENT_HEADER + length) == 0) {
                return copy;
            }
        }
        return null;
    }

    private ByteBuffer copy(int elements) {
        if (incoming.capacity() < elements * ENTRY) {
            incoming = little(elements * ENTRY);
        }
        for (int i = 0; i < elements; i++) {
            MemorySegment.copy(
                    memory.segment(),
                    entry(STATUS_OFFSET, readAt + i),
                    MemorySegment.ofArray(incoming.array()),
                    (long) i * ENTRY,
                    ENTRY);
        }
        return incoming;
    }

    private static int checksum(ByteBuffer message, int length) {
        long sum = 0;
        for (int i = 0; i < length; i += 8) {
            sum ^= message.getLong(i);
        }
        return (int) (sum ^ sum >>> 32);
    }

    @Override
    public void close() {
        memory.close();
    }
}
