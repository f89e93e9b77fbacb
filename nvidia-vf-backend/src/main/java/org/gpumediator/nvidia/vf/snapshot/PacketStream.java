package org.gpumediator.nvidia.vf.snapshot;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.gpumediator.api.SnapshotFormatException;
import org.gpumediator.api.SnapshotIncompatibleException;

/**
 * Packets one after the other: 24 bytes of header, payload, 4 bytes of CRC-32C over both; all
 * numbers little-endian.
 *
 * <table>
 * <caption>Header</caption>
 * <tr><th>at</th><th>bytes</th><th>what</th></tr>
 * <tr><td>0</td><td>1</td><td>version, 1</td></tr>
 * <tr><td>1</td><td>1</td><td>type, from 1</td></tr>
 * <tr><td>2</td><td>2</td><td>tile and sub-device, 0</td></tr>
 * <tr><td>4</td><td>4</td><td>flags, 0</td></tr>
 * <tr><td>8</td><td>8</td><td>offset in what was cut into packets</td></tr>
 * <tr><td>16</td><td>8</td><td>bytes of payload, at most 16 MiB</td></tr>
 * </table>
 *
 * <p>Source: stream layout of the Xe driver's migration support; the checksum is an addition.
 */
public final class PacketStream {

    /** The version written. */
    public static final int VERSION = 1;

    /** Longest payload. */
    public static final int MOST_BYTES = 16 << 20;

    private static final int HEADER = 24;

    private PacketStream() {}

    /**
     * One packet.
     *
     * @param type what it holds
     * @param offset place of the payload in what was cut into packets
     * @param payload at most {@link #MOST_BYTES}
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Packet(PacketType type, long offset, byte[] payload) {}

    /** Writes a packet. */
    public static void write(OutputStream target, Packet packet) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header.put(0, (byte) VERSION).put(1, (byte) packet.type().number());
        header.putLong(8, packet.offset()).putLong(16, packet.payload().length);
        target.write(header.array());
        target.write(packet.payload());
        target.write(checksum(header.array(), packet.payload()).array());
    }

    private static ByteBuffer checksum(byte[] header, byte[] payload) {
        CRC32C sum = new CRC32C();
        sum.update(header);
        sum.update(payload);
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, (int) sum.getValue());
    }

    /**
     * Reads a packet.
     *
     * @throws SnapshotFormatException if it is damaged or cut off
     * @throws SnapshotIncompatibleException if it is of another version
     */
    public static Packet read(InputStream source) throws IOException {
        byte[] bytes = exactly(source, HEADER, "header");
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int version = header.get(0);
        if (version != VERSION) {
            throw new SnapshotIncompatibleException(
                    "stream version " + version + ": expected " + VERSION);
        }
        PacketType type =
                PacketType.of(header.get(1))
                        .orElseThrow(
                                () ->
                                        new SnapshotFormatException(
                                                "packet type " + header.get(1) + ": unknown"));
        long length = header.getLong(16);
        boolean legal =
                header.getShort(2) == 0
                        && header.getInt(4) == 0
                        && header.getLong(8) >= 0
                        && length >= 0
                        && length <= MOST_BYTES;
        if (!legal) {
            throw new SnapshotFormatException(
                    "header of a " + type + " packet with " + length + " bytes: not as it must be");
        }
        byte[] payload = exactly(source, (int) length, "payload");
        byte[] sum = exactly(source, 4, "checksum");
        if (!Arrays.equals(sum, checksum(bytes, payload).array())) {
            throw new SnapshotFormatException("checksum of a " + type + " packet: does not match");
        }
        return new Packet(type, header.getLong(8), payload);
    }

    private static byte[] exactly(InputStream source, int length, String what) throws IOException {
        try {
            byte[] bytes = source.readNBytes(length);
            if (bytes.length == length) {
                return bytes;
            }
        } catch (EOFException ended) {
            // Told below like any other end.
        }
        throw new SnapshotFormatException(what + ": stream ends within its " + length + " bytes");
    }

    /** Checks that nothing follows. */
    static void checkEnd(InputStream source) throws IOException {
        if (source.read() >= 0) {
            throw new SnapshotFormatException("trailer: data follows it");
        }
    }
}
