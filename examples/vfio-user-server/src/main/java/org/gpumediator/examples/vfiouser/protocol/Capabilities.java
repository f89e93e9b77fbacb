package org.gpumediator.examples.vfiouser.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a client says of itself in its VERSION message.
 *
 * @param minor minor number of the version it proposes; the major number is 0
 * @param maxDescriptors most descriptors it takes with one message, {@code 0} to {@code 1024}
 * @param maxDataBytes most bytes of data it takes with one message, positive
 * @param writeMultiple whether it may send several region writes in one message
 */
public record Capabilities(
        int minor, int maxDescriptors, long maxDataBytes, boolean writeMultiple) {

    /** The version this side speaks; a client of a later minor version comes down to it. */
    private static final int MINOR = 0;

    /** Length of the payload in bytes, without the text that may follow. */
    public static final int LEAST = 4;

    private static final int MAX_JSON = 16 * 1024;
    private static final int DEFAULT_DESCRIPTORS = 1;
    private static final int MOST_DESCRIPTORS = 1024;

    /**
     * Reads the payload of a VERSION command.
     *
     * @throws IllegalArgumentException if it is malformed, or of a version this side does not speak
     */
    public static Capabilities parse(MemorySegment payload) {
        long length = payload.byteSize();
        if (length < LEAST || length > LEAST + MAX_JSON) {
            throw new IllegalArgumentException("VERSION of " + length + " bytes");
        }
        int major = Short.toUnsignedInt(payload.get(Wire.LE16, 0));
        int minor = Short.toUnsignedInt(payload.get(Wire.LE16, 2));
        if (major != 0) {
            throw new IllegalArgumentException("version " + major + "." + minor + ": expected 0.x");
        }
        if (length == LEAST) {
            return of(minor, Map.of());
        }
        if (payload.get(ValueLayout.JAVA_BYTE, length - 1) != 0) {
            throw new IllegalArgumentException("VERSION text without an end");
        }
        byte[] text = payload.asSlice(LEAST, length - LEAST - 1).toArray(ValueLayout.JAVA_BYTE);
        if (text.length == 0) {
            return of(minor, Map.of());
        }
        if (!(Json.parse(text) instanceof Map<?, ?> whole)) {
            throw new IllegalArgumentException("VERSION text: expected an object");
        }
        Object capabilities = whole.containsKey("capabilities") ? whole.get("capabilities") : null;
        if (capabilities == null) {
            return of(minor, Map.of());
        }
        if (!(capabilities instanceof Map<?, ?> members)) {
            throw new IllegalArgumentException("capabilities: expected an object");
        }
        return of(minor, members);
    }

    private static Capabilities of(int minor, Map<?, ?> members) {
        return new Capabilities(
                minor,
                (int) number(members, "max_msg_fds", DEFAULT_DESCRIPTORS, 0, MOST_DESCRIPTORS),
                number(members, "max_data_xfer_size", Wire.MAX_DATA, 1, 1L << 40),
                Boolean.TRUE.equals(members.get("write_multiple")));
    }

    private static long number(Map<?, ?> members, String name, long absent, long least, long most) {
        if (!members.containsKey(name)) {
            return absent;
        }
        if (members.get(name) instanceof Long value && value >= least && value <= most) {
            return value;
        }
        throw new IllegalArgumentException(
                name + " " + members.get(name) + ": expected " + least + " to " + most);
    }

    /**
     * Writes the payload of the reply: the lower of both versions, and what this side takes. Kept
     * short, because a client may not take a reply longer than its own message.
     *
     * @param target receives it
     * @param offerWriteMultiple whether this side takes several region writes in one message
     * @return how many bytes were written
     */
    public int reply(MemorySegment target, boolean offerWriteMultiple) {
        String text =
                "{\"capabilities\":{\"max_msg_fds\":"
                        + Wire.MAX_DESCRIPTORS
                        + ",\"max_data_xfer_size\":"
                        + Wire.MAX_DATA
                        + (writeMultiple && offerWriteMultiple ? ",\"write_multiple\":true" : "")
                        + "}}\0";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        target.set(Wire.LE16, 0, (short) 0);
        target.set(Wire.LE16, 2, (short) Math.min(MINOR, minor));
        MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, LEAST, bytes.length);
        return LEAST + bytes.length;
    }
}
