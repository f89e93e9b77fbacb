package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.LinuxException;
import org.gpumediator.examples.common.linux.MessageSocket;
import org.gpumediator.examples.common.linux.PollSet;
import org.gpumediator.examples.common.linux.UnixSocket;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.jspecify.annotations.Nullable;

/** A vfio-user client for tests: sends what it is told, however wrong, and reads the replies. */
public final class WireClient implements AutoCloseable {

    /** What a QEMU says of itself. */
    static final String QEMU =
            "{\"capabilities\":{\"max_msg_fds\":16,\"max_data_xfer_size\":1048576,"
                    + "\"max_dma_maps\":65535,\"pgsizes\":4096,"
                    + "\"migration\":{\"pgsize\":4096,\"max_bitmap_size\":268435456},"
                    + "\"write_multiple\":true}}\0";

    private static final int BUFFER = 2 << 20;
    private static final int WAIT_MILLIS = 10_000;

    private final int socket;
    private final MessageSocket stream;
    private final PollSet poll = new PollSet();
    private int buffered;
    private int nextId = 100;
    private final List<Integer> descriptors = new ArrayList<>();

    WireClient(int socket) {
        this.socket = socket;
        stream = new MessageSocket(socket, BUFFER, BUFFER);
        poll.add(socket);
    }

    public static WireClient connect(Path path) throws Exception {
        return new WireClient(UnixSocket.connect(path));
    }

    /** A reply, or a command of the server. */
    public record Message(int id, int command, int flags, int error, byte[] payload) {

        boolean failed() {
            return (flags & Wire.ERROR) != 0;
        }

        int u32(int at) {
            return buffer().getInt(at);
        }

        long u64(int at) {
            return buffer().getLong(at);
        }

        ByteBuffer buffer() {
            return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** Puts little-endian numbers together: bytes, ints and longs by their Java type. */
    static byte[] bytes(Object... parts) {
        int room = 0;
        for (Object part : parts) {
            room +=
                    switch (part) {
                        case byte[] some -> some.length;
                        case String text -> 4 * text.length();
                        default -> Long.BYTES;
                    };
        }
        ByteBuffer all = ByteBuffer.allocate(room).order(ByteOrder.LITTLE_ENDIAN);
        for (Object part : parts) {
            switch (part) {
                case Byte b -> all.put(b);
                case Short s -> all.putShort(s);
                case Integer i -> all.putInt(i);
                case Long l -> all.putLong(l);
                case byte[] some -> all.put(some);
                case String text -> all.put(text.getBytes(StandardCharsets.UTF_8));
                default -> throw new IllegalArgumentException(part.toString());
            }
        }
        byte[] result = new byte[all.position()];
        all.flip().get(result);
        return result;
    }

    static byte[] frame(int id, int command, int flags, byte[] payload) {
        return bytes((short) id, (short) command, 16 + payload.length, flags, 0, payload);
    }

    void sendRaw(byte[] all, int... passed) {
        MemorySegment.copy(MemorySegment.ofArray(all), 0, stream.output(), 0, all.length);
        int result = passed.length == 0 ? stream.send(all.length) : stream.send(all.length, passed);
        assertThat(result).as("send").isIn(0, -Errno.EPIPE, -Errno.ECONNRESET);
    }

    int send(int command, byte[] payload, int... passed) {
        int id = nextId++ & 0xffff;
        sendRaw(frame(id, command, Wire.TYPE_COMMAND, payload), passed);
        return id;
    }

    void post(int command, byte[] payload) {
        sendRaw(frame(nextId++ & 0xffff, command, Wire.NO_REPLY, payload));
    }

    /** Sends a command and reads its reply. */
    Message call(int command, byte[] payload, int... passed) throws LinuxException {
        int id = send(command, payload, passed);
        Message reply = receive();
        assertThat(reply.id).isEqualTo(id);
        assertThat(reply.command).isEqualTo(command);
        assertThat(reply.flags & Wire.TYPE_MASK).isEqualTo(Wire.TYPE_REPLY);
        return reply;
    }

    int errorOf(int command, byte[] payload, int... passed) throws LinuxException {
        Message reply = call(command, payload, passed);
        assertThat(reply.payload)
                .as("payload of an error")
                .hasSize(reply.failed() ? 0 : reply.payload.length);
        return reply.error;
    }

    /** Reads the next message; fails if the server has closed the connection. */
    Message receive() throws LinuxException {
        while (true) {
            Message next = buffered();
            if (next != null) {
                return next;
            }
            assertThat(fill()).as("bytes received").isPositive();
        }
    }

    private @Nullable Message buffered() {
        MemorySegment in = stream.input();
        if (buffered < 16 || buffered < in.get(Wire.LE32, 4)) {
            return null;
        }
        int size = in.get(Wire.LE32, 4);
        byte[] payload = in.asSlice(16, size - 16L).toArray(ValueLayout.JAVA_BYTE);
        Message message =
                new Message(
                        Short.toUnsignedInt(in.get(Wire.LE16, 0)),
                        Short.toUnsignedInt(in.get(Wire.LE16, 2)),
                        in.get(Wire.LE32, 8),
                        in.get(Wire.LE32, 12),
                        payload);
        MemorySegment.copy(in, size, in, 0, buffered - size);
        buffered -= size;
        return message;
    }

    private long fill() throws LinuxException {
        assertThat(poll.await(WAIT_MILLIS)).as("server answers in time").isPositive();
        long received = stream.receive(buffered, BUFFER - buffered);
        for (int i = 0; i < stream.descriptorCount(); i++) {
            descriptors.add(stream.takeDescriptor(i));
        }
        buffered += (int) Math.max(received, 0);
        return received;
    }

    /** Waits until the server has closed the connection, whatever it sends before. */
    void awaitEnd() throws LinuxException {
        long received;
        do {
            buffered = 0;
            received = fill();
        } while (received > 0);
    }

    boolean nothingToRead(int millis) throws LinuxException {
        return buffered == 0 && poll.await(millis) == 0;
    }

    /** Takes the descriptors that have come from the server. */
    List<Integer> takeDescriptors() {
        List<Integer> taken = List.copyOf(descriptors);
        descriptors.clear();
        return taken;
    }

    // ---- well-formed commands

    public Message negotiate() throws LinuxException {
        return call(Wire.VERSION, bytes((short) 0, (short) 0, QEMU));
    }

    static byte[] access(long offset, int region, int count) {
        return bytes(offset, region, count);
    }

    byte[] read(int region, long offset, int count) throws LinuxException {
        Message reply = call(Wire.REGION_READ, access(offset, region, count));
        assertThat(reply.error).isZero();
        assertThat(reply.u32(12)).isEqualTo(count);
        byte[] data = new byte[count];
        reply.buffer().get(16, data);
        return data;
    }

    int read32(int region, long offset) throws LinuxException {
        return ByteBuffer.wrap(read(region, offset, 4)).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    void write(int region, long offset, byte[] data) throws LinuxException {
        Message reply = call(Wire.REGION_WRITE, bytes(access(offset, region, data.length), data));
        assertThat(reply.error).isZero();
        assertThat(reply.payload).isEqualTo(access(offset, region, data.length));
    }

    static byte[] dmaMap(int flags, long fileOffset, long address, long size) {
        return bytes(32, flags, fileOffset, address, size);
    }

    static byte[] dmaUnmap(int flags, long address, long size) {
        return bytes(24, flags, address, size);
    }

    static byte[] irqs(int flags, int index, int start, int count) {
        return bytes(20, flags, index, start, count);
    }

    /** Closes the connection. */
    @Override
    public void close() {
        stream.close();
        poll.close();
        Descriptors.close(socket);
        descriptors.forEach(Descriptors::close);
    }
}
