package org.gpumediator.testkit.trace;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/** Puts a trace together by hand, legal or not. */
final class TraceBytes {

    static final int WRITE = 0x20;
    static final int BYTES_1 = 0;
    static final int BYTES_4 = 2 << 3;
    static final int BYTES_8 = 3 << 3;

    private final ByteArrayOutputStream plain = new ByteArrayOutputStream();

    private TraceBytes() {}

    static TraceBytes withHeader() {
        return withHeader("GPUTRACE 1\n");
    }

    static TraceBytes withHeader(String header) {
        TraceBytes bytes = new TraceBytes();
        bytes.plain.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
        return bytes;
    }

    TraceBytes raw(int... octets) {
        for (int octet : octets) {
            plain.write(octet);
        }
        return this;
    }

    /** Adds a 32-bit access whose offset differs by less than 64 from the one expected. */
    TraceBytes access32(int kind, int difference, int value) {
        return raw(
                kind | BYTES_4,
                difference << 1 ^ difference >> 31,
                value & 0xff,
                value >>> 8 & 0xff,
                value >>> 16 & 0xff,
                value >>> 24);
    }

    /** Returns how long it is before compression. */
    int length() {
        return plain.size();
    }

    byte[] compressed() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
            plain.writeTo(packed);
        }
        return out.toByteArray();
    }

    InputStream stream() throws IOException {
        return new ByteArrayInputStream(compressed());
    }

    AccessTrace trace() throws IOException {
        return AccessTrace.read(stream());
    }
}
