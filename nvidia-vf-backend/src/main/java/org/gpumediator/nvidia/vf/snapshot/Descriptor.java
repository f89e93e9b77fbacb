package org.gpumediator.nvidia.vf.snapshot;

import java.nio.charset.StandardCharsets;
import org.gpumediator.api.SnapshotFormatException;
import org.gpumediator.api.SnapshotIncompatibleException;

/**
 * What a saved virtual GPU was, and so what the one it is restored to must be. Placement and
 * virtual function may differ.
 *
 * @param board id of the board
 * @param typeId number of the type
 * @param framebufferBytes its framebuffer
 * @param channels how many channel ids it had
 * @param bar1Bytes its window to the framebuffer
 * @param firmware release of the firmware
 */
public record Descriptor(
        String board,
        int typeId,
        long framebufferBytes,
        long channels,
        long bar1Bytes,
        String firmware) {

    private static final int MOST_BYTES = 512;

    byte[] encode() {
        return String.join(
                        "\n",
                        board,
                        Integer.toString(typeId),
                        Long.toString(framebufferBytes),
                        Long.toString(channels),
                        Long.toString(bar1Bytes),
                        firmware)
                .getBytes(StandardCharsets.US_ASCII);
    }

    static Descriptor decode(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.US_ASCII).split("\n", -1);
        if (bytes.length > MOST_BYTES || lines.length != 6) {
            throw new SnapshotFormatException(
                    "descriptor of " + lines.length + " lines: expected 6");
        }
        try {
            return new Descriptor(
                    lines[0],
                    Integer.parseInt(lines[1]),
                    Long.parseLong(lines[2]),
                    Long.parseLong(lines[3]),
                    Long.parseLong(lines[4]),
                    lines[5]);
        } catch (NumberFormatException wrong) {
            throw new SnapshotFormatException("descriptor: " + wrong.getMessage());
        }
    }

    /**
     * Checks that a state described so can be restored to one described so.
     *
     * @throws SnapshotIncompatibleException if not; the message names both
     */
    void checkFits(Descriptor target) {
        if (!equals(target)) {
            throw new SnapshotIncompatibleException(
                    "saved as " + this + ", to be restored as " + target);
        }
    }
}
