package org.gpumediator.intel.gen7.command;

import static java.lang.Integer.toUnsignedLong;

import org.gpumediator.core.command.CommandDecoder;

/**
 * Says of the most frequent commands whether they are of the usual kind, which passes its audit
 * unchanged: long enough, every address inside the slice, nothing that has to be counted. Of any
 * other the audit says exactly. So a walk need not note them, which most of its time would go into.
 */
final class PlainCommand {

    private static final int FILL = CommandAudit.BLIT_FILL.ordinal();
    private static final int COPY = CommandAudit.BLIT_COPY.ordinal();
    private static final int VERTEX_BUFFERS = CommandAudit.VERTEX_BUFFERS.ordinal();
    private static final int INDEX_BUFFER = CommandAudit.INDEX_BUFFER.ordinal();
    private static final int CONSTANTS = CommandAudit.CONSTANTS.ordinal();
    private static final int PIPE_CONTROL = CommandAudit.PIPE_CONTROL.ordinal();

    /** The sign bits of both coordinates of a corner. */
    private static final int SIGNS = 0x8000_8000;

    private PlainCommand() {}

    /**
     * Returns whether a command passes unchanged.
     *
     * @param end index behind the command
     */
    static boolean passes(AuditState state, int[] d, int at, int end, int plan) {
        SliceBounds bounds = state.bounds;
        int hint = CommandDecoder.hintOf(plan);
        if (hint == COPY) {
            return isCopy(bounds, d, at, end);
        }
        if (hint == FILL) {
            return isFill(bounds, d, at, end);
        }
        if (hint == CONSTANTS) {
            return isConstants(state.absoluteConstants, d, at, end);
        }
        if (hint == PIPE_CONTROL) {
            return isPipeControl(state, d, at, end, plan);
        }
        return hint == VERTEX_BUFFERS
                ? isVertexBuffers(bounds, d, at, end)
                : hint == INDEX_BUFFER && isIndexBuffer(bounds, d, at, end);
    }

    /** Without an interrupt, and without a store or with one to an address. */
    private static boolean isPipeControl(AuditState state, int[] d, int at, int end, int plan) {
        if (end - at < 4) {
            return false;
        }
        AuditedRow row = AuditedRow.of(CommandDecoder.rowOf(plan));
        int flags = d[at + Mi.PIPE_CONTROL_FLAGS];
        int address = d[at + Mi.PIPE_CONTROL_ADDRESS];
        int unusual = flags & (Mi.POST_SYNC_NOTIFY | Mi.POST_SYNC_INDEX);
        if ((unusual | row.illegal(d[at], flags, address)) != 0) {
            return false;
        }
        return (flags & Mi.POST_SYNC_MASK) == 0
                || state.ppgtt && (flags & Mi.PIPE_CONTROL_GLOBAL) == 0
                || state.bounds.contains(toUnsignedLong(address & Mi.QWORD_MASK), Long.BYTES);
    }

    /** Without a buffer, or with one at an offset only. */
    private static boolean isConstants(boolean absolute, int[] d, int at, int end) {
        if (end - at < 7) {
            return false;
        }
        int first = d[at + Render.READ_LENGTHS];
        return (first >>> 16 | d[at + Render.READ_LENGTHS + 1]) == 0 && (first == 0 || !absolute);
    }

    /** Of one buffer that is used. */
    private static boolean isVertexBuffers(SliceBounds bounds, int[] d, int at, int end) {
        int flags = d[at + Render.FIRST_VERTEX_BUFFER];
        return end - at == 1 + Render.VERTEX_BUFFER_DWORDS
                && (flags & Render.VERTEX_BUFFER_NULL) == 0
                && (flags & Render.VERTEX_ADDRESS_MODIFY) != 0
                && isBuffer(
                        bounds,
                        d[at + Render.FIRST_VERTEX_BUFFER + 1],
                        d[at + Render.FIRST_VERTEX_BUFFER + 2]);
    }

    private static boolean isIndexBuffer(SliceBounds bounds, int[] d, int at, int end) {
        return end - at >= 3
                && d[at + Render.INDEX_END] != 0
                && isBuffer(bounds, d[at + Render.INDEX_START], d[at + Render.INDEX_END]);
    }

    /** Returns whether first and last byte are inside, in this order. */
    private static boolean isBuffer(SliceBounds bounds, int first, int last) {
        long bytes = toUnsignedLong(last) - toUnsignedLong(first) + 1;
        return bytes > 0 && bounds.contains(toUnsignedLong(first), bytes);
    }

    /** Without negative coordinates or pitch, and inside even if it were a bit larger. */
    private static boolean isFill(SliceBounds bounds, int[] d, int at, int end) {
        if (end - at < 5) {
            return false;
        }
        int base = d[at + Blit.BASE];
        int format = d[at + Blit.FORMAT];
        int from = d[at + Blit.FROM];
        int to = d[at + Blit.TO];
        int tiled = d[at] & Blit.TILED_DESTINATION;
        return ((from | to | format << 16) & SIGNS) == 0
                && isInside(bounds, base, to >>> 16, to & 0xffff, format, tiled);
    }

    /** As {@link #isFill}, with its source. */
    private static boolean isCopy(SliceBounds bounds, int[] d, int at, int end) {
        if (end - at < 8) {
            return false;
        }
        int format = d[at + Blit.FORMAT];
        int to = d[at + Blit.TO];
        int base = d[at + Blit.BASE];
        int corner = d[at + Blit.SOURCE_FROM];
        int pitch = d[at + Blit.SOURCE_PITCH];
        int source = d[at + Blit.SOURCE];
        int signs = d[at + Blit.FROM] | to | corner | (format | pitch) << 16;
        int bottom = to >>> 16;
        int right = to & 0xffff;
        return (signs & SIGNS) == 0
                && isInside(bounds, base, bottom, right, format, d[at] & Blit.TILED_DESTINATION)
                && isInside(
                        bounds,
                        source,
                        bottom + (corner >>> 16),
                        right + (corner & 0xffff),
                        pitch,
                        d[at] & Blit.TILED_SOURCE);
    }

    /** Returns whether all from the base to below and right of a corner, at 32 bits, is inside. */
    private static boolean isInside(
            SliceBounds bounds, int base, int bottom, int right, int format, int tiled) {
        long pitch = format & 0xffff;
        if (tiled != 0
                && (pitch == 0 || (pitch * Integer.BYTES & BlitExtent.X_TILE_WIDTH - 1) != 0)) {
            return false;
        }
        long bytes =
                tiled == 0
                        ? bottom * pitch + right * 4L + 1
                        : (bottom + BlitExtent.Y_TILE_ROWS) * pitch * 4
                                + (right * 4L + BlitExtent.Y_TILE_WIDTH) * BlitExtent.Y_TILE_ROWS;
        return bounds.contains(toUnsignedLong(base), bytes);
    }
}
