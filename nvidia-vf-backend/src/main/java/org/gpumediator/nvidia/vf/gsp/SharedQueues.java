package org.gpumediator.nvidia.vf.gsp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.core.hardware.DmaPages;
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
    static final int RPC_HEADER       = 32;
    static final int MOST_PAYLOAD     = 16 * 4096 - 48 - RPC_HEADER;

    static final int MOST_BODY        = 1 << 20;
    static final int CONTINUATION     = 71;

    private static final int RM_CONTROL        = 76;
    private static final int RM_CONTROL_SIZE   = 16;
    private static final int RM_CONTROL_HEADER = 24;
    private static final int RM_ALLOC          = 103;
    private static final int RM_ALLOC_SIZE     = 20;
    private static final int RM_ALLOC_HEADER   = 32;

    private static final int QUEUE_BYTES    = 256 << 10;
    private static final int ENTRY          = 4096;
    private static final int COUNT          = 63;
    private static final int MOST_ELEMENTS  = 16;
    private static final int ELEMENT_HEADER = 48;
    private static final int CHECKSUM       = 32;
    private static final int SEQUENCE       = 36;
    private static final int ELEMENTS       = 40;
    private static final int WRITE_POINTER  = 16;
    private static final int READ_POINTER   = 32;
    private static final int ENTRY_OFFSET   = 28;
    private static final int RPC_VERSION    = 0x0300_0000;
    private static final int RPC_SIGNATURE  = 0x4350_5256;
    // spotless:on

    private static final int ATTEMPTS = 3;

    /**
     * One message of the firmware.
     *
     * @param function number of the function answered, or of the event
     * @param sequence the caller's number
     * @param payload what came
     */
    record Message(int function, int sequence, ByteBuffer payload) {}

    /** Hears of messages and of what was wrong with them. */
    interface Receiver {
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

    // Used by one receiver at a time.
    private int readAt;
    private int expected;
    private long skipped;
    private @Nullable Partial partial;

    /** A message of which pieces are missing yet. */
    private static final class Partial {

        final int function;
        final int sequence;
        final ByteBuffer body;

        Partial(int function, int sequence, int bytes) {
            this.function = function;
            this.sequence = sequence;
            body = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    SharedQueues(PhysicalGpu gpu) {
        memory = new DmaPages(gpu, PAGES * DmaPages.PAGE, DmaAccess.READ_WRITE);
        for (int i = 0; i < PAGES; i++) {
            memory.putLong(8L * i, memory.busAddress() + (long) i * ENTRY);
        }
        int[] header = {0, QUEUE_BYTES, ENTRY, COUNT, 0, 1, READ_POINTER, ENTRY};
        for (int i = 0; i < header.length; i++) {
            memory.putInt(COMMAND_OFFSET + 4L * i, header[i]);
        }
    }

    long busAddress() {
        return memory.busAddress();
    }

    long skipped() {
        return skipped;
    }

    /** Returns whether the firmware has set up its block. */
    boolean isLinked() {
        return memory.getInt(STATUS_OFFSET + 4) == QUEUE_BYTES
                && memory.getInt(STATUS_OFFSET + 8) == ENTRY
                && memory.getInt(STATUS_OFFSET + 12) == COUNT
                && memory.getInt(STATUS_OFFSET + ENTRY_OFFSET) == ENTRY;
    }

    /**
     * Puts a message into the command queue.
     *
     * @return whether there was room
     */
    boolean send(int function, int sequence, byte[] payload) {
        int length = RPC_HEADER + payload.length;
        int elements = (ELEMENT_HEADER + length + ENTRY - 1) / ENTRY;
        ByteBuffer all = ByteBuffer.allocate(elements * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
        all.putInt(ELEMENTS, elements);
        all.putInt(ELEMENT_HEADER, RPC_VERSION);
        all.putInt(ELEMENT_HEADER + 4, RPC_SIGNATURE);
        all.putInt(ELEMENT_HEADER + 8, length);
        all.putInt(ELEMENT_HEADER + 12, function);
        all.putInt(ELEMENT_HEADER + 24, sequence);
        all.put(ELEMENT_HEADER + RPC_HEADER, payload);
        synchronized (sending) {
            int read = memory.getInt(STATUS_OFFSET + READ_POINTER);
            int room = Math.floorMod(read - writeAt - 1, COUNT);
            if (read < 0 || read >= COUNT || room < elements) {
                return false;
            }
            all.putInt(SEQUENCE, sent++);
            all.putInt(CHECKSUM, checksum(all, ELEMENT_HEADER + length));
            for (int i = 0; i < elements; i++) {
                MemorySegment.copy(
                        MemorySegment.ofBuffer(all),
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
    void receive(Receiver receiver) {
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
                lose(receiver);
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
                lose(receiver);
                continue;
            }
            expected++;
            accept(message, receiver);
        }
    }

    private void lose(Receiver receiver) {
        partial = null;
        receiver.corrupted();
    }

    private void accept(ByteBuffer message, Receiver receiver) {
        int function = message.getInt(ELEMENT_HEADER + 12);
        byte[] payload = new byte[message.getInt(ELEMENT_HEADER + 8) - RPC_HEADER];
        message.get(ELEMENT_HEADER + RPC_HEADER, payload);
        Partial open = partial;
        if (function == CONTINUATION) {
            if (open == null || payload.length > open.body.remaining()) {
                lose(receiver);
                return;
            }
            open.body.put(payload);
            deliverIfWhole(open, receiver);
            return;
        }
        if (open != null) {
            lose(receiver);
        }
        int bytes = bodyBytes(function, payload);
        if (bytes < 0) {
            lose(receiver);
            return;
        }
        Partial next = new Partial(function, message.getInt(ELEMENT_HEADER + 24), bytes);
        next.body.put(payload);
        deliverIfWhole(next, receiver);
    }

    private void deliverIfWhole(Partial message, Receiver receiver) {
        boolean whole = !message.body.hasRemaining();
        partial = whole ? null : message;
        if (whole) {
            message.body.rewind();
            receiver.message(new Message(message.function, message.sequence, message.body));
        }
    }

    /** Returns how long the whole body is, by its first piece; -1 if that is too long. */
    private static int bodyBytes(int function, byte[] first) {
        if (first.length < MOST_PAYLOAD || function != RM_CONTROL && function != RM_ALLOC) {
            return first.length;
        }
        boolean control = function == RM_CONTROL;
        int size =
                ByteBuffer.wrap(first)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getInt(control ? RM_CONTROL_SIZE : RM_ALLOC_SIZE);
        long bytes = (control ? RM_CONTROL_HEADER : RM_ALLOC_HEADER) + Integer.toUnsignedLong(size);
        return bytes > MOST_BODY ? -1 : (int) Math.max(bytes, first.length);
    }

    private void take(int elements) {
        readAt = (readAt + elements) % COUNT;
        VarHandle.releaseFence();
        memory.putInt(COMMAND_OFFSET + READ_POINTER, readAt);
    }

    /**
     * Copies the next message out and checks the copy; null if it is damaged at each attempt. What
     * is used is the copy alone: that the queue says something else by then has no effect.
     */
    private @Nullable ByteBuffer sound(int available) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int elements = memory.getInt(entry(STATUS_OFFSET, readAt) + ELEMENTS);
            if (elements < 1 || elements > Math.min(MOST_ELEMENTS, available)) {
                continue;
            }
            ByteBuffer copy = copy(elements);
            int length = copy.getInt(ELEMENT_HEADER + 8);
            if (copy.getInt(ELEMENTS) == elements
                    && length >= RPC_HEADER
                    && length <= elements * ENTRY - ELEMENT_HEADER
                    && copy.getInt(ELEMENT_HEADER) == RPC_VERSION
                    && copy.getInt(ELEMENT_HEADER + 4) == RPC_SIGNATURE
                    && checksum(copy, ELEMENT_HEADER + length) == 0) {
                return copy;
            }
        }
        return null;
    }

    private ByteBuffer copy(int elements) {
        ByteBuffer copy = ByteBuffer.allocate(elements * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            MemorySegment.copy(
                    memory.segment(),
                    entry(STATUS_OFFSET, readAt + i),
                    MemorySegment.ofBuffer(copy),
                    (long) i * ENTRY,
                    ENTRY);
        }
        return copy;
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
