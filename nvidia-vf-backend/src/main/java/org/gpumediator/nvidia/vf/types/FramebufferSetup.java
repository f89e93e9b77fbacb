package org.gpumediator.nvidia.vf.types;

/**
 * How much framebuffer a board has for guests, with error correction on or off.
 *
 * <p>Guest framebuffer size, source: open vGPU manager series, framebuffer size with error
 * correction. With it off, a type's size is its record's. With it on, the type must support it, and
 * the size is what an equal share leaves after reservation and heap, rounded down to the segment.
 *
 * @param board the board
 * @param totalBytes framebuffer that the firmware reports, rounded up to the segment
 * @param errorCorrection whether error correction is on
 */
public record FramebufferSetup(AdaBoard board, long totalBytes, ErrorCorrection errorCorrection) {

    /** Whether memory errors are corrected. */
    public enum ErrorCorrection {
        OFF,
        ON
    }

    private static final long HOST_RESERVE_BYTES = 1536 * AdaBoard.MIB;

    /**
     * Rounds the total up to the segment.
     *
     * @throws IllegalArgumentException if the total is not larger than the host's reserve, or
     *     exceeds the board's framebuffer
     */
    public FramebufferSetup {
        long segment = board.segmentBytes();
        if (totalBytes <= HOST_RESERVE_BYTES || totalBytes > board.framebufferBytes()) {
            throw new IllegalArgumentException(
                    "framebuffer "
                            + totalBytes
                            + ": expected more than "
                            + HOST_RESERVE_BYTES
                            + " and at most "
                            + board.framebufferBytes());
        }
        totalBytes = (totalBytes + segment - 1) / segment * segment;
    }

    /** Returns a board's setup with error correction off and the whole nominal framebuffer. */
    public static FramebufferSetup of(AdaBoard board) {
        return of(board, ErrorCorrection.OFF);
    }

    /**
     * Returns a board's setup. With error correction on, one sixteenth of the framebuffer holds the
     * check bits: the usual cost on GDDR6, which the firmware's own number overrides.
     */
    public static FramebufferSetup of(AdaBoard board, ErrorCorrection errorCorrection) {
        long nominal = board.framebufferBytes();
        return new FramebufferSetup(
                board,
                errorCorrection == ErrorCorrection.ON ? nominal - nominal / 16 : nominal,
                errorCorrection);
    }

    /**
     * Returns what is kept at the top of the framebuffer for the board and its firmware: 1536 MiB,
     * what a single type as large as the board leaves.
     */
    public long hostReserveBytes() {
        return HOST_RESERVE_BYTES;
    }

    /** Returns the framebuffer for guests and their management heaps, from offset 0. */
    public long guestBytes() {
        return totalBytes - HOST_RESERVE_BYTES;
    }

    /** Returns whether a type can be created with this setup. */
    public boolean supports(TypeRecord type) {
        return errorCorrection == ErrorCorrection.OFF
                || (type.sharing().ecc() && guestFramebufferBytes(type) > 0);
    }

    /**
     * Returns the guest framebuffer of a type in bytes, a multiple of the segment.
     *
     * @throws IllegalArgumentException if error correction is on and the type does not support it
     */
    public long guestFramebufferBytes(TypeRecord type) {
        TypeRecord.Memory memory = type.memory();
        if (errorCorrection == ErrorCorrection.OFF) {
            return memory.framebufferBytes();
        }
        if (!type.sharing().ecc()) {
            throw new IllegalArgumentException(
                    type.name() + ": does not support error correction, which is on");
        }
        long size =
                totalBytes / type.sharing().maxInstances()
                        - memory.reservedBytes()
                        - memory.heapBytes();
        long segment = board.segmentBytes();
        return Math.max(0, Math.min(memory.framebufferBytes(), size)) / segment * segment;
    }
}
