package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspGuestStructures.AllocObject;
import org.gpumediator.testkit.ada.GspGuestStructures.ApiControl;
import org.gpumediator.testkit.ada.GspGuestStructures.BufferPlace;
import org.gpumediator.testkit.ada.GspGuestStructures.ControlBuffer;
import org.gpumediator.testkit.ada.GspGuestStructures.ResponseBuffer;
import org.gpumediator.testkit.ada.GspGuestStructures.StaticData;
import org.gpumediator.testkit.ada.GspGuestStructures.SystemInfo;
import org.gpumediator.testkit.ada.GspQueueStructures.Header;
import org.jspecify.annotations.Nullable;

/**
 * The side of a firmware task that serves its guest's driver: buffers that the guest has set up in
 * its own memory and framebuffer, and messages in them. Nothing that a guest writes there reaches
 * beyond its own memory and its own slice; each doorbell costs one copy of at most 128 KiB.
 *
 * <p>Used under the board's lock.
 *
 * <p>Source: public headers and traces of the open guest driver 555.58.02. A message is copied once
 * when the doorbell is rung: the driver sends the pieces of a long one without waiting in between.
 */
final class GuestService {

    // spotless:off
    private static final int ALLOC_ROOT        = 2;
    private static final int ALLOC_CHANNEL     = 6;
    private static final int ALLOC_OBJECT      = 9;
    private static final int FREE              = 10;
    private static final int LOG               = 11;
    private static final int ALLOC_SUBDEVICE   = 19;
    private static final int ALLOC_DEVICE      = 32;
    private static final int SYSTEM_INFO       = 1;
    private static final int SYSTEM_INFO_MORE  = 64;
    private static final int UNLOADING         = 47;
    private static final int CONTINUATION      = 71;
    private static final int ADDRESS_SPACE     = 116;
    private static final int GRAPHICS_DATA     = 156;
    private static final int API_CONTROL       = 204;
    private static final int STATIC_DATA       = 207;

    private static final int ADDRESS_VALID     = 1;
    private static final int SYSTEM_MEMORY     = 1;
    private static final int FRAMEBUFFER       = 2;
    private static final int PAGE              = 4096;
    private static final int LARGE             = 128 << 10;
    private static final int MOST_ORDINARY     = 4096;
    private static final int BUFFER_VERSION    = 2;
    private static final int OTHER_VERSION     = 1;
    private static final long ANSWER_NANOS     = 20_000;
    // spotless:on

    /**
     * Controls with a message of their own that change nothing here: use of framebuffer, scheduling
     * and its time slices, pre-emption, interleaving, contexts, the default address space, pages
     * for channels that have died.
     */
    private static final Set<Integer> TAKEN_NOTE_OF =
            Set.of(85, 97, 98, 99, 100, 101, 102, 111, 120, 143, 155);

    /** Where the buffers are: of memory the address, of framebuffer the guest's own offset. */
    private record Buffers(long control, long response, boolean hasMessages, long message) {}

    /** A message of which pieces are missing yet. */
    private record Partial(int function, ByteBuffer body) {}

    private final Board board;
    private final GuestFacts.Vgpu vgpu;
    private final GuestObjects objects = new GuestObjects();
    private final GuestChannels channels;
    private @Nullable Buffers buffers;
    private @Nullable GuestVersion version;
    private @Nullable Partial partial;
    private @Nullable ByteBuffer facts;
    private long generation;
    private long requests;
    private long refused;

    GuestService(Board board, GuestFacts.Vgpu vgpu) {
        this.board = board;
        this.vgpu = vgpu;
        channels = new GuestChannels(board, vgpu, objects);
    }

    /** Returns how many requests were answered. */
    long requests() {
        return requests;
    }

    /** Returns how many doorbells led to nothing that could be served. */
    long refused() {
        return refused;
    }

    /** Forgets the guest: its function is reset, or it is gone. */
    void forget() {
        generation++;
        buffers = null;
        version = null;
        partial = null;
        facts = null;
        objects.clear();
        channels.clear();
    }

    GuestChannels channels() {
        return channels;
    }

    private @Nullable FakeVf function() {
        return board.functions().enabled(vgpu.gfid() - 1);
    }

    // ---- set-up

    /** The guest's first doorbell: it sets its buffers up, or takes them away. */
    void setUp() {
        FakeVf function = function();
        GuestDma dma = function == null ? null : function.dma();
        if (function == null || dma == null) {
            refused++;
            return;
        }
        FunctionRegisters registers = function.registers();
        long word =
                (long) registers.get(FunctionRegisters.SCRATCH_HIGH) << 32
                        | Integer.toUnsignedLong(registers.get(FunctionRegisters.SCRATCH_LOW));
        if ((word & ADDRESS_VALID) == 0) {
            takeDown(dma);
            return;
        }
        partial = null;
        buffers = null;
        byte[] bytes = new byte[PAGE];
        if (!isPlace(word, SYSTEM_MEMORY, PAGE) || !dma.read(frame(word), bytes)) {
            refused++;
            return;
        }
        WireView control = ControlBuffer.LAYOUT.view(GspQueues.little(bytes));
        long response = address(control, ControlBuffer.RESPONSE_BUF);
        if (control.getInt(ControlBuffer.VERSION) != BUFFER_VERSION
                || !isPlace(response, SYSTEM_MEMORY, PAGE)) {
            refused++;
            return;
        }
        long message = address(control, ControlBuffer.MSG_BUF);
        boolean sound =
                isPlace(message, FRAMEBUFFER, LARGE)
                        && function.guestFramebuffer(frame(message), LARGE) >= 0
                        && isOwnPage(function, address(control, ControlBuffer.SHARED_MEM))
                        && isOwnPage(function, address(control, ControlBuffer.EVENT_BUF));
        refused += sound ? 0 : 1;
        buffers = new Buffers(frame(word), frame(response), sound, frame(message));
        answerLater(control.getInt(ControlBuffer.REQUEST_ID));
    }

    /** The words are no longer valid: the last request is answered, then the buffers are gone. */
    private void takeDown(GuestDma dma) {
        Buffers at = buffers;
        byte[] bytes = new byte[ControlBuffer.REQUEST_ID.offset() + 4];
        if (at == null || !dma.read(at.control, bytes)) {
            refused++;
            return;
        }
        partial = null;
        answerLater(GspQueues.little(bytes).getInt(ControlBuffer.REQUEST_ID.offset()));
        buffers = new Buffers(at.control, at.response, false, 0);
    }

    private static long address(WireView control, WireField place) {
        return control.element(place, 0, BufferPlace.LAYOUT).get(BufferPlace.ADDR);
    }

    private static long frame(long word) {
        return word & -PAGE;
    }

    /** Valid in bit 0, where in bits 2:1, how long in bits 4:3, page frame in bits 63:12. */
    private static boolean isPlace(long word, int where, int bytes) {
        int length = (word >>> 3 & 3) == 0 ? PAGE : (word >>> 3 & 3) == 1 ? LARGE : -1;
        return (word & ADDRESS_VALID) != 0 && (word >>> 1 & 3) == where && length == bytes;
    }

    private static boolean isOwnPage(FakeVf function, long word) {
        return isPlace(word, FRAMEBUFFER, PAGE)
                && function.guestFramebuffer(frame(word), PAGE) >= 0;
    }

    // ---- messages

    /** The guest's second doorbell: a message is in the buffer. */
    void message() {
        Buffers at = buffers;
        FakeVf function = function();
        GuestDma dma = function == null ? null : function.dma();
        byte[] control = new byte[ControlBuffer.REQUEST_ID.offset() + 4];
        if (at == null
                || !at.hasMessages
                || function == null
                || dma == null
                || !dma.read(at.control, control)) {
            refused++;
            return;
        }
        int request = GspQueues.little(control).getInt(ControlBuffer.REQUEST_ID.offset());
        long buffer = function.guestFramebuffer(at.message, LARGE);
        if (buffer < 0) {
            refused++;
            return;
        }
        ByteBuffer first = read(buffer, Header.LAYOUT.bytes());
        WireView header = Header.LAYOUT.view(first);
        long length = header.get(Header.LENGTH);
        int number = header.getInt(Header.FUNCTION);
        int whole = number == API_CONTROL ? LARGE : MOST_ORDINARY;
        int header0 = Header.LAYOUT.bytes();
        if (header.getInt(Header.SIGNATURE) != 0x4350_5256
                || header.getInt(Header.HEADER_VERSION) != 0x0300_0000
                || length < header0
                || length > whole) {
            refused++;
            put(buffer, Header.RPC_RESULT, GspStatus.BAD_PARAMETERS);
            answerLater(request);
            return;
        }
        int copied = number == API_CONTROL ? LARGE : (int) length;
        ByteBuffer body = read(buffer + header0, copied - header0);
        Partial joined = join(number, body);
        if (joined != null) {
            serve(buffer, joined, copied - header0);
        }
        answerLater(request);
    }

    /** Puts the pieces of a long message together; null while some are missing. */
    private @Nullable Partial join(int number, ByteBuffer body) {
        Partial open = partial;
        partial = null;
        if (number != CONTINUATION) {
            int wanted = wanted(number, body);
            if (wanted <= body.limit() || wanted > LARGE) {
                return new Partial(number, body);
            }
            ByteBuffer all = GspQueues.little(new byte[wanted]);
            all.put(body.array());
            partial = new Partial(number, all);
            return null;
        }
        if (open == null || open.body.remaining() < body.limit()) {
            return new Partial(CONTINUATION, body);
        }
        open.body.put(body.array());
        if (open.body.hasRemaining()) {
            partial = open;
            return null;
        }
        return new Partial(open.function, open.body.rewind());
    }

    /** Returns how long the body of a message says that it is. */
    private static int wanted(int number, ByteBuffer body) {
        if (number == ALLOC_OBJECT && body.limit() >= AllocObject.LAYOUT.bytes()) {
            long parameters = AllocObject.LAYOUT.view(body).get(AllocObject.PARAM_LEN);
            long all = AllocObject.PARAM_LEN.offset() + 4 + parameters;
            return (int) Math.min(all, Integer.MAX_VALUE);
        }
        return 0;
    }

    private void serve(long buffer, Partial message, int room) {
        int result = serve(message);
        put(buffer, Header.FUNCTION, message.function);
        put(buffer, Header.RPC_RESULT, result);
        put(buffer, Header.RPC_RESULT_PRIVATE, otherVersion(message) ? OTHER_VERSION : 0);
        ByteBuffer body = message.body;
        write(buffer + Header.LAYOUT.bytes(), body.array(), Math.min(room, body.limit()));
    }

    private boolean otherVersion(Partial message) {
        return message.function == SYSTEM_INFO && version == null;
    }

    private int serve(Partial message) {
        ByteBuffer body = message.body;
        return switch (message.function) {
            case SYSTEM_INFO -> negotiate(body);
            case SYSTEM_INFO_MORE, LOG -> GspStatus.OK;
            case STATIC_DATA -> data(body, facts());
            case GRAPHICS_DATA -> data(body, GuestFacts.GRAPHICS_FACTS);
            case ALLOC_ROOT -> objects.allocateRoot(body);
            case ALLOC_DEVICE -> objects.allocateDevice(body);
            case ALLOC_SUBDEVICE -> objects.allocateSubdevice(body);
            case ALLOC_OBJECT ->
                    wanted(ALLOC_OBJECT, body) > LARGE
                            ? GspStatus.BAD_PARAMETERS
                            : objects.allocateObject(body);
            case ALLOC_CHANNEL -> channels.allocate(body);
            case ADDRESS_SPACE -> channels.addressSpace(body);
            case FREE -> free(body);
            case API_CONTROL -> control(body);
            case UNLOADING -> {
                objects.clear();
                channels.clear();
                yield GspStatus.OK;
            }
            default ->
                    TAKEN_NOTE_OF.contains(message.function)
                            ? GspStatus.OK
                            : GspStatus.NOT_SUPPORTED;
        };
    }

    private int free(ByteBuffer body) {
        int result = objects.free(body);
        channels.retain();
        return result;
    }

    /** A version that it does not speak is answered by one that every driver does. */
    private int negotiate(ByteBuffer body) {
        if (body.limit() < SystemInfo.LAYOUT.bytes()) {
            return GspStatus.BAD_PARAMETERS;
        }
        WireView info = SystemInfo.LAYOUT.view(body);
        version =
                GuestVersion.of(
                        info.getInt(SystemInfo.VGX_VERSION_MAJOR_NUM),
                        info.getInt(SystemInfo.VGX_VERSION_MINOR_NUM));
        facts = null;
        if (version == null) {
            GuestVersion proposed = GuestVersion.oldest();
            info.put(SystemInfo.VGX_VERSION_MAJOR_NUM, proposed.major)
                    .put(SystemInfo.VGX_VERSION_MINOR_NUM, proposed.minor);
        }
        return GspStatus.OK;
    }

    private @Nullable ByteBuffer facts() {
        if (facts == null && version != null) {
            facts = GuestFacts.of(vgpu, version);
        }
        return facts;
    }

    /** Answers a piece of what the guest fetches piece by piece. */
    private static int data(ByteBuffer body, @Nullable ByteBuffer all) {
        if (all == null) {
            return GspStatus.BAD_STATE;
        }
        if (body.limit() < StaticData.LAYOUT.bytes()) {
            return GspStatus.BAD_PARAMETERS;
        }
        WireView request = StaticData.LAYOUT.view(body);
        long offset = request.get(StaticData.OFFSET);
        long size = request.get(StaticData.SIZE);
        if (size > body.limit() - StaticData.LAYOUT.bytes() || offset + size > all.limit()) {
            return GspStatus.BAD_ARGUMENT;
        }
        body.put(StaticData.LAYOUT.bytes(), all, (int) offset, (int) size);
        return GspStatus.OK;
    }

    private int control(ByteBuffer body) {
        WireView request = ApiControl.LAYOUT.view(body);
        int client = request.getInt(ApiControl.CLIENT);
        int object = request.getInt(ApiControl.OBJECT);
        long room = (long) body.limit() - ApiControl.RM_API_PARAMS.offset();
        int status =
                request.get(ApiControl.PARAMS_SIZE) > room
                        ? GspStatus.BAD_PARAMETERS
                        : objects.has(client, object)
                                ? GspStatus.NOT_SUPPORTED
                                : GspStatus.NOT_FOUND;
        request.put(ApiControl.STATUS, status);
        return GspStatus.OK;
    }

    // ---- answers

    private void answerLater(int request) {
        Buffers at = buffers;
        long mine = generation;
        if (at != null) {
            board.agenda()
                    .after(
                            ANSWER_NANOS,
                            () -> {
                                if (mine == generation) {
                                    answer(at, request);
                                }
                            });
        }
    }

    /** The number of the request is written last: the guest waits for it alone. */
    private void answer(Buffers at, int request) {
        FakeVf function = function();
        GuestDma dma = function == null ? null : function.dma();
        if (dma == null) {
            return;
        }
        byte[] correction = word(board.isErrorCorrecting() ? 1 : 0);
        boolean written =
                dma.write(at.response + ResponseBuffer.HOST_ECC_STATUS.offset(), correction)
                        && dma.write(
                                at.response + ResponseBuffer.RESPONSE_ID.offset(), word(request));
        if (written) {
            requests++;
        } else {
            refused++;
        }
    }

    private static byte[] word(int value) {
        return GspQueues.little(new byte[4]).putInt(value).array();
    }

    // ---- the guest's framebuffer

    private ByteBuffer read(long at, int bytes) {
        ByteBuffer target = GspQueues.little(new byte[bytes]);
        board.framebuffer().read(at, MemorySegment.ofBuffer(target));
        return target;
    }

    private void put(long buffer, WireField field, int value) {
        board.framebuffer().writeInt(buffer + field.offset(), value);
    }

    private void write(long at, byte[] bytes, int length) {
        ByteBuffer words = GspQueues.little(Arrays.copyOf(bytes, length + 7 & ~7));
        int whole = length & ~7;
        for (int i = 0; i < whole; i += 8) {
            board.framebuffer().write(at + i, 8, words.getLong(i));
        }
        for (int i = whole; i < length; i++) {
            board.framebuffer().write(at + i, 1, words.get(i));
        }
    }
}
