package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspObjectStructures.Allocate;
import org.gpumediator.testkit.ada.GspObjectStructures.Control;
import org.gpumediator.testkit.ada.GspQueueStructures.Element;
import org.gpumediator.testkit.ada.GspQueueStructures.Header;
import org.gpumediator.testkit.ada.GspQueueStructures.Receiver;
import org.gpumediator.testkit.ada.GspQueueStructures.Sender;
import org.jspecify.annotations.Nullable;

/**
 * The firmware's end of the shared queues. Source: shared queue description of the open drivers.
 */
final class GspQueues {

    static final int RPC_HEADER = Header.LAYOUT.bytes();

    private static final int QUEUE_BYTES = 256 << 10;
    private static final int ENTRY = 4096;
    private static final int COUNT = 63;
    private static final int ELEMENT_HEADER = Element.RPC.offset();
    private static final int CHECKSUM = Element.CHECK_SUM.offset();
    private static final int SEQUENCE = Element.SEQ_NUM.offset();
    private static final int ELEMENTS = Element.ELEM_COUNT.offset();
    private static final int WRITE_POINTER = Sender.WRITE_PTR.offset();
    private static final int READ_POINTER = Sender.LAYOUT.bytes() + Receiver.READ_PTR.offset();
    private static final int MOST_ELEMENTS = 16;
    private static final int RPC_VERSION = 0x0300_0000;
    private static final int RPC_SIGNATURE = 0x4350_5256;

    private static final int CONTINUATION = 71;
    private static final int MOST_PAYLOAD = MOST_ELEMENTS * ENTRY - ELEMENT_HEADER - RPC_HEADER;
    private static final int MOST_BODY = 1 << 20;

    /** One message: the header words that matter, and the payload. */
    record Message(int function, int sequence, ByteBuffer payload) {}

    private final DmaSpace dma;
    private final long commands;
    private final long statuses;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private ByteBuffer incoming = little(new byte[ENTRY]);

    /** Of each number of elements a message that was sent, for the next one. */
    private final byte[] @Nullable [] spare = new byte[MOST_ELEMENTS + 1][];

    private @Nullable Message partial;
    private @Nullable ByteBuffer partialBody;
    private int readAt;
    private int writeAt;
    private int expected;
    private int sent;
    private long rejected;

    GspQueues(DmaSpace dma, long commands, long statuses) {
        this.dma = dma;
        this.commands = commands;
        this.statuses = statuses;
    }

    /** Writes the status queue's header: from now on the driver sees it. */
    void publish() {
        WireView header = Sender.LAYOUT.allocate();
        header.put(Sender.SIZE, QUEUE_BYTES)
                .put(Sender.MSG_SIZE, ENTRY)
                .put(Sender.MSG_COUNT, COUNT)
                .put(Sender.FLAGS, 1)
                .put(Sender.RX_HDR_OFF, READ_POINTER)
                .put(Sender.ENTRY_OFF, ENTRY);
        dma.writeBytes(statuses, MemorySegment.ofArray(header.array()));
        dma.writeInt(statuses + READ_POINTER, readAt);
    }

    long rejected() {
        return rejected;
    }

    /** Takes the next command, whole; null if there is none. */
    @Nullable Message receive() {
        for (Message next = piece(); next != null; next = piece()) {
            Message whole = join(next);
            if (whole != null) {
                return whole;
            }
        }
        return null;
    }

    /** Puts the pieces of a long command together; null while some are missing. */
    private @Nullable Message join(Message next) {
        boolean first = next.function() != CONTINUATION;
        ByteBuffer body = partialBody;
        if (first) {
            rejected += body == null ? 0 : 1;
            int bytes = bodyBytes(next);
            partial = next;
            if (bytes <= next.payload().limit()) {
                partialBody = null;
                return next;
            }
            body = little(new byte[bytes]);
        } else if (body == null || body.remaining() < next.payload().limit()) {
            rejected++;
            partialBody = null;
            return null;
        }
        body.put(next.payload().array());
        partialBody = body.hasRemaining() ? body : null;
        Message head = partial;
        return partialBody == null && head != null
                ? new Message(head.function(), head.sequence(), body.rewind())
                : null;
    }

    private static int bodyBytes(Message first) {
        int length = first.payload().limit();
        if (length < MOST_PAYLOAD) {
            return length;
        }
        return switch (first.function()) {
            case GspCalls.RM_CONTROL -> whole(Control.LAYOUT, Control.PARAMS_SIZE, first.payload());
            case GspCalls.RM_ALLOC -> whole(Allocate.LAYOUT, Allocate.PARAMS_SIZE, first.payload());
            default -> length;
        };
    }

    private static int whole(WireStructure layout, WireField size, ByteBuffer first) {
        long bytes = layout.bytes() + layout.view(first).get(size);
        return Math.clamp(bytes, first.limit(), MOST_BODY);
    }

    private @Nullable Message piece() {
        while (readAt != dma.readInt(commands + WRITE_POINTER)) {
            int elements = dma.readInt(entry(readAt) + ELEMENTS);
            if (elements < 1 || elements > MOST_ELEMENTS) {
                rejected++;
                advance(1);
                continue;
            }
            ByteBuffer all = copy(elements);
            advance(elements);
            WireView header = Header.LAYOUT.view(all, ELEMENT_HEADER);
            int length = header.getInt(Header.LENGTH);
            boolean sound =
                    length >= RPC_HEADER
                            && length <= elements * ENTRY - ELEMENT_HEADER
                            && header.getInt(Header.HEADER_VERSION) == RPC_VERSION
                            && header.getInt(Header.SIGNATURE) == RPC_SIGNATURE
                            && checksum(all, ELEMENT_HEADER + length) == 0
                            && all.getInt(SEQUENCE) == expected;
            if (!sound) {
                rejected++;
                continue;
            }
            expected++;
            byte[] payload = new byte[length - RPC_HEADER];
            all.get(ELEMENT_HEADER + RPC_HEADER, payload);
            return new Message(
                    header.getInt(Header.FUNCTION),
                    header.getInt(Header.SEQUENCE),
                    little(payload));
        }
        return null;
    }

    /** Copies a command out; the copy is valid until the next one. */
    private ByteBuffer copy(int elements) {
        if (incoming.capacity() < elements * ENTRY) {
            incoming = little(new byte[elements * ENTRY]);
        }
        for (int i = 0; i < elements; i++) {
            dma.readBytes(
                    entry((readAt + i) % COUNT),
                    MemorySegment.ofArray(incoming.array()).asSlice((long) i * ENTRY, ENTRY));
        }
        return incoming;
    }

    private long entry(int index) {
        return commands + ENTRY + (long) index * ENTRY;
    }

    private void advance(int elements) {
        readAt = (readAt + elements) % COUNT;
        dma.writeInt(statuses + READ_POINTER, readAt);
    }

    /** Sends a message, in pieces if it is long; keeps what the driver leaves no room for. */
    void send(int function, int result, int sequence, byte[] payload, @Nullable GspFault fault) {
        int at = 0;
        int number = 0;
        do {
            int end = Math.min(payload.length, at + MOST_PAYLOAD);
            boolean whole = end - at == payload.length;
            byte[] piece = whole ? payload : Arrays.copyOfRange(payload, at, end);
            sendPiece(
                    new Head(number == 0 ? function : CONTINUATION, result, sequence),
                    piece,
                    fault,
                    number);
            number++;
            if (end == payload.length && number > 1 && fault == GspFault.LONG_CONTINUATION) {
                sendPiece(new Head(CONTINUATION, result, sequence), new byte[8], null, number);
            }
            at = end;
        } while (at < payload.length);
        flush();
    }

    /** What stands in front of a piece. */
    private record Head(int function, int result, int sequence) {}

    private void sendPiece(Head head, byte[] piece, @Nullable GspFault fault, int number) {
        boolean second = number == 1;
        if (second && fault == GspFault.LOST_CONTINUATION) {
            sent++;
            return;
        }
        int length = RPC_HEADER + piece.length;
        int elements = (ELEMENT_HEADER + length + ENTRY - 1) / ENTRY;
        ByteBuffer all = little(blank(elements));
        if (fault == GspFault.WRONG_SEQUENCE && number == 0) {
            sent++;
        }
        all.putInt(SEQUENCE, sent++);
        all.putInt(ELEMENTS, elements);
        Header.LAYOUT
                .view(all, ELEMENT_HEADER)
                .put(Header.HEADER_VERSION, RPC_VERSION)
                .put(Header.SIGNATURE, RPC_SIGNATURE)
                .put(Header.LENGTH, length)
                .put(Header.FUNCTION, head.function)
                .put(Header.RPC_RESULT, head.result)
                .put(Header.SEQUENCE, head.sequence);
        all.put(ELEMENT_HEADER + RPC_HEADER, piece);
        int sum = checksum(all, ELEMENT_HEADER + length);
        boolean damaged =
                fault == GspFault.BAD_CHECKSUM && number == 0
                        || fault == GspFault.DAMAGED_CONTINUATION && second;
        all.putInt(CHECKSUM, damaged ? ~sum : sum);
        waiting.add(all.array());
        if (second && fault == GspFault.DUPLICATED_CONTINUATION) {
            sendPiece(head, piece, null, number);
        }
    }

    private byte[] blank(int elements) {
        byte[] old = spare[elements];
        spare[elements] = null;
        if (old == null) {
            return new byte[elements * ENTRY];
        }
        Arrays.fill(old, (byte) 0);
        return old;
    }

    /** Sends what had no room. Returns whether something still waits. */
    boolean flush() {
        for (byte[] next = waiting.peek(); next != null; next = waiting.peek()) {
            int elements = next.length / ENTRY;
            int read = dma.readInt(commands + READ_POINTER);
            int room = Math.floorMod(read - writeAt - 1, COUNT);
            if (room < elements) {
                return true;
            }
            waiting.remove();
            spare[elements] = next;
            for (int i = 0; i < elements; i++) {
                dma.writeBytes(
                        statuses + ENTRY + (long) ((writeAt + i) % COUNT) * ENTRY,
                        MemorySegment.ofArray(next).asSlice((long) i * ENTRY, ENTRY));
            }
            writeAt = (writeAt + elements) % COUNT;
            dma.writeInt(statuses + WRITE_POINTER, writeAt);
        }
        return false;
    }

    private static int checksum(ByteBuffer all, int length) {
        long sum = 0;
        int padded = (length + 7) & ~7;
        for (int i = 0; i < padded; i += 8) {
            sum ^= all.getLong(i);
        }
        return (int) (sum ^ sum >>> 32);
    }

    static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
