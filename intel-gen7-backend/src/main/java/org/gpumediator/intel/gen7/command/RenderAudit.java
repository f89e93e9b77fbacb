package org.gpumediator.intel.gen7.command;

import org.gpumediator.api.event.GuestFaultKind;

/**
 * Audits state commands of the 3D, media, video and enhancement pipelines. Each method returns
 * whether the command passes.
 *
 * <p>Drivers write 0 for a buffer that is not there. Such a null address becomes an address inside
 * the slice, so that it leads nowhere else even if the pipeline uses it. Upper bounds of accesses,
 * which drivers set to no limit, are lowered to the end of the range their base is in.
 *
 * <p>Of a list, an element that names memory outside the slice becomes one that is not there; the
 * others stay. A range that ends before it starts is empty, and is made so in a way that no
 * arithmetic can take for a long one.
 */
final class RenderAudit {

    private static final int NO_END = -1;

    private final AuditState state;

    RenderAudit(AuditState state) {
        this.state = state;
    }

    /** Audits the addresses a row lists. In layouts with pairs of low and high, high must be 0. */
    boolean state(Command c) {
        for (AuditedRow.Layout layout : c.row().layouts()) {
            if (layout.totalDwords() == 0 || layout.totalDwords() == c.length()) {
                return addresses(c, layout);
            }
        }
        return c.refuseMalformed();
    }

    /**
     * Audits a command with addresses of surfaces whose size other commands, or memory, say. Their
     * extent is confined by a per-process table, and by nothing else: without one it is refused.
     */
    boolean surfaces(Command c) {
        return state.surfacesConfined ? state(c) : c.refuseAddress(c.unsigned(0));
    }

    private boolean addresses(Command c, AuditedRow.Layout layout) {
        long base = 0;
        for (int i = 0; i < layout.dwords().length; i++) {
            int dword = layout.dwords()[i];
            if (!c.requireLength(dword + (layout.wide() ? 2 : 1))) {
                return false;
            }
            if (layout.wide() && c.dword(dword + 1) != 0) {
                return c.refuseAddress((long) c.dword(dword + 1) << 32);
            }
            if (layout.bounds()[i]) {
                confine(c, dword, state.bounds.endOfRangeAt(base));
            } else if (!isNullable(c, dword)) {
                return c.refuseAddress(c.unsigned(dword));
            } else {
                base = c.unsigned(dword);
            }
        }
        return true;
    }

    /** Makes a null address one of the slice; returns whether the address is inside now. */
    private boolean isNullable(Command c, int dword) {
        if (state.bounds.contains(c.unsigned(dword), 1)) {
            return true;
        }
        if (c.isSet(dword, Mi.PAGE_MASK)) {
            return false;
        }
        c.put(dword, c.dword(dword) | state.bounds.home());
        return true;
    }

    /** Lowers an upper bound, of which 0 stands for none. */
    private static void confine(Command c, int dword, long end) {
        long bound = c.unsigned(dword, Mi.PAGE_MASK);
        if (bound == 0 || bound > end) {
            c.put(dword, (int) end | c.dword(dword) & ~Mi.PAGE_MASK);
        }
    }

    /**
     * Audits STATE_BASE_ADDRESS. A base of 0 is an origin for offsets, not a buffer: drivers use it
     * for state whose offsets are addresses. It passes where the per-process table confines what
     * the pipeline reaches, and nowhere else.
     */
    boolean baseAddresses(Command c) {
        for (int i = Render.FIRST_BASE; i < Render.FIRST_BASE + Render.BASES; i++) {
            long base = c.unsigned(i, Mi.PAGE_MASK);
            boolean isOrigin = base == 0 && state.ppgtt;
            if (c.isSet(i, Render.MODIFY) && !isOrigin && !c.requireInside(base, 1)) {
                return false;
            }
        }
        for (int i = 0; i < Render.BASE_OF_BOUND.length; i++) {
            int bound = Render.FIRST_BOUND + i;
            if (c.isSet(bound, Render.MODIFY)) {
                long end = endOfBase(c, Render.BASE_OF_BOUND[i]);
                confine(c, bound, end == 0 ? state.bounds.end() : end);
            }
        }
        return true;
    }

    /** Returns the end of the range a base is in, {@code 0} if it is not set or in none. */
    private long endOfBase(Command c, int base) {
        return c.isSet(base, Render.MODIFY)
                ? state.bounds.endOfRangeAt(c.unsigned(base, Mi.PAGE_MASK))
                : 0;
    }

    boolean depthBuffer(Command c) {
        int type = c.dword(Render.DEPTH_FORMAT) >>> Render.DEPTH_TYPE_SHIFT;
        return type == Render.DEPTH_TYPE_NULL || surfaces(c);
    }

    boolean vertexBuffers(Command c) {
        int step = Render.VERTEX_BUFFER_DWORDS;
        for (int flags = Render.FIRST_VERTEX_BUFFER; flags < c.length(); flags += step) {
            boolean used = !c.isSet(flags, Render.VERTEX_BUFFER_NULL);
            if (used && c.isSet(flags, Render.VERTEX_ADDRESS_MODIFY)) { // else both are ignored
                vertexBuffer(c, flags, flags + 1);
            }
        }
        return true;
    }

    private void vertexBuffer(Command c, int flags, int first) {
        boolean empty = endsBeforeItStarts(c, first);
        if (empty || !buffer(c, first)) {
            c.put(flags, c.dword(flags) | Render.VERTEX_BUFFER_NULL);
            if (!empty && c.dword(first + 1) != c.dword(first) - 1) {
                c.count(GuestFaultKind.OUT_OF_PARTITION, c.unsigned(first));
            }
        }
    }

    boolean indexBuffer(Command c) {
        long first = c.unsigned(Render.INDEX_START);
        if (c.dword(Render.INDEX_END) == 0) {
            c.put(Render.INDEX_END, (int) (state.bounds.endOfRangeAt(first) - 1));
        } else if (endsBeforeItStarts(c, Render.INDEX_START) && state.bounds.contains(first, 1)) {
            c.put(Render.INDEX_END, c.dword(Render.INDEX_START) - 1);
        }
        return buffer(c, Render.INDEX_START) || c.refuseAddress(first);
    }

    private static boolean endsBeforeItStarts(Command c, int first) {
        return c.dword(first) != 0
                && Integer.compareUnsigned(c.dword(first + 1), c.dword(first) - 1) < 0;
    }

    /**
     * Audits a buffer given by its first and its last byte; an empty one ends before it starts. One
     * without an end, as i915's null state has it, gets that of the slice.
     */
    private boolean buffer(Command c, int first) {
        long start = c.unsigned(first);
        if (state.bounds.contains(start, 1)) {
            if (c.dword(first + 1) == NO_END) {
                c.put(first + 1, (int) (state.bounds.endOfRangeAt(start) - 1));
            }
            long last = c.unsigned(first + 1);
            return last == start - 1
                    || last >= start && state.bounds.contains(start, last - start + 1);
        }
        if (start < Mi.PAGE_BYTES) {
            c.put(first, state.bounds.home());
            c.put(first + 1, state.bounds.home());
            return true;
        }
        return false;
    }

    /** Audits 3DSTATE_CONSTANT_*, whose first buffer is at an offset unless a mode says else. */
    boolean constants(Command c) {
        for (int i = state.absoluteConstants ? 0 : 1; i < 4; i++) {
            int dword = Render.READ_LENGTHS + i / 2;
            int shift = 16 * (i % 2);
            int units = c.dword(dword) >>> shift & 0xffff;
            long buffer = c.unsigned(Render.CONSTANT_BUFFERS + i, -Render.CONSTANT_UNIT_BYTES);
            long bytes = (long) units * Render.CONSTANT_UNIT_BYTES;
            if (units != 0 && !state.bounds.contains(buffer, bytes)) {
                c.count(GuestFaultKind.OUT_OF_PARTITION, buffer);
                c.put(dword, c.dword(dword) & ~(0xffff << shift));
            }
        }
        return true;
    }

    boolean streamOut(Command c) {
        long base = c.unsigned(Render.STREAM_OUT_BASE);
        long end = c.unsigned(Render.STREAM_OUT_END);
        if (end <= base) { // empty
            c.put(Render.STREAM_OUT_BASE, state.bounds.home());
            c.put(Render.STREAM_OUT_END, state.bounds.home());
            return true;
        }
        return c.requireInside(base, end - base);
    }
}
