package org.gpumediator.testkit.trace;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Takes a trace apart, record by record; the format is that of {@link AccessTrace}. */
final class TraceReader {

    private static final byte[] HEADER = "GPUTRACE 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int REGION = 0x07;
    private static final int REGIONS = 7;
    private static final int WIDTH_SHIFT = 3;
    private static final int WIDTH = 0x03;
    private static final int WRITE = 1 << 5;
    private static final int RESERVED = 0xc0;
    private static final int MORE = 0x80;
    private static final int GROUP_BITS = 7;
    private static final int LAST_GROUP = Long.SIZE / GROUP_BITS * GROUP_BITS;
    private static final int BUFFER = 1 << 16;

    private final Unpacked in;
    private final byte[] buffer = new byte[BUFFER];
    private final long[] ends = new long[REGIONS];
    private int at;
    private int end;
    private long position;
    private byte kind;
    private long offset;
    private long value;

    /** Begins; reads the header. */
    TraceReader(InputStream compressed) throws IOException {
        in = open(compressed);
        for (byte expected : HEADER) {
            if (required("header") != expected) {
                throw new TraceFormatException(position - 1, "expected the header GPUTRACE 1");
            }
        }
    }

    static int region(byte kind) {
        return kind & REGION;
    }

    static boolean isWrite(byte kind) {
        return (kind & WRITE) != 0;
    }

    static int width(byte kind) {
        return 1 << (kind >> WIDTH_SHIFT & WIDTH);
    }

    /** Reads the next record; answers whether there was one. */
    boolean next() throws IOException {
        int first = octet();
        if (first < 0) {
            if (in.followed()) {
                throw new TraceFormatException(
                        position, "expected nothing after the compressed data");
            }
            return false;
        }
        long began = position - 1;
        if ((first & RESERVED) != 0 || (first & REGION) >= REGIONS) {
            throw new TraceFormatException(
                    began,
                    String.format("record begins with 0x%02x: expected a region 0 to 6", first));
        }
        kind = (byte) first;
        int width = width(kind);
        long zigzag = number();
        offset = ends[region(kind)] + (zigzag >>> 1 ^ -(zigzag & 1));
        if (offset < 0 || offset > Long.MAX_VALUE - width) {
            throw new TraceFormatException(began, "offset " + offset + ": expected 0 or more");
        }
        ends[region(kind)] = offset + width;
        value = 0;
        for (int i = 0; i < width; i++) {
            value |= (long) required("value") << Byte.SIZE * i;
        }
        return true;
    }

    private long number() throws IOException {
        long number = 0;
        for (int shift = 0; shift <= LAST_GROUP; shift += GROUP_BITS) {
            int octet = required("offset");
            if (shift == LAST_GROUP && octet > 1 || shift > 0 && octet == 0) {
                break;
            }
            number |= (long) (octet & ~MORE) << shift;
            if ((octet & MORE) == 0) {
                return number;
            }
        }
        throw new TraceFormatException(
                position - 1, "offset: expected at most 64 bits, and no zero at its end");
    }

    private int required(String what) throws IOException {
        int octet = octet();
        if (octet < 0) {
            throw new TraceFormatException(position, "ends in the middle of: " + what);
        }
        return octet;
    }

    private int octet() throws IOException {
        if (at == end) {
            at = 0;
            end = Math.max(0, fill());
            if (end == 0) {
                return -1;
            }
        }
        position++;
        return buffer[at++] & 0xff;
    }

    private int fill() throws IOException {
        try {
            return in.read(buffer, 0, BUFFER);
        } catch (EOFException | ZipException damaged) {
            throw damaged(position, damaged);
        }
    }

    private static Unpacked open(InputStream compressed) throws IOException {
        try {
            return new Unpacked(compressed);
        } catch (EOFException | ZipException damaged) {
            throw damaged(0, damaged);
        }
    }

    private static TraceFormatException damaged(long position, IOException cause) {
        String said = cause.getMessage();
        TraceFormatException thrown =
                new TraceFormatException(
                        position, "compressed data: " + (said == null ? "ends early" : said));
        thrown.initCause(cause);
        return thrown;
    }

    byte kind() {
        return kind;
    }

    long offset() {
        return offset;
    }

    long value() {
        return value;
    }

    long position() {
        return position;
    }

    /** Unpacks one file, and knows whether something follows that is not part of it. */
    private static final class Unpacked extends GZIPInputStream {

        private static final int TRAILER = 8;

        Unpacked(InputStream compressed) throws IOException {
            super(compressed, BUFFER);
        }

        boolean followed() throws IOException {
            return inf.getRemaining() > TRAILER || in.read() >= 0;
        }
    }
}
