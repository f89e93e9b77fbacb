package org.gpumediator.intel.gen7.command;

import static java.lang.Integer.toUnsignedLong;

import java.util.Comparator;
import java.util.List;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.core.command.AddressLayout;
import org.gpumediator.core.command.AddressOperand;
import org.gpumediator.core.command.CommandRow;
import org.gpumediator.core.command.OperandSpace;

/**
 * Audits state commands of the 3D, media, video and enhancement pipelines.
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
    private static final int MODIFY = 1;
    private static final int DEPTH_TYPE_SHIFT = 29;
    private static final int DEPTH_TYPE_NULL = 7;
    private static final int VERTEX_BUFFER_DWORDS = 4;
    private static final int VERTEX_BUFFER_NULL = 1 << 13;
    private static final int VERTEX_ADDRESS_MODIFY = 1 << 14;
    private static final int CONSTANT_UNIT_BYTES = 32;

    /** Dwords of STATE_BASE_ADDRESS: 5 bases, then 4 bounds; the surface base has no bound. */
    private static final int BASE_DWORDS = 10;

    private static final int BASES = 5;
    private static final int[] BASE_OF_BOUND = {1, 3, 4, 5};

    /** One layout of a row, compiled. */
    private record Layout(int totalDwords, int[] dwords, boolean[] bounds, boolean wide) {}

    private static final Layout[][] LAYOUTS = compile();

    private final AuditState state;

    RenderAudit(AuditState state) {
        this.state = state;
    }

    private static Layout[][] compile() {
        List<CommandRow<CommandAudit>> rows = Gen7Commands.CATALOGUE.rows();
        Layout[][] layouts = new Layout[rows.size() + 1][];
        for (CommandRow<CommandAudit> row : rows) {
            layouts[row.number()] =
                    row.layouts().stream().map(RenderAudit::compile).toArray(Layout[]::new);
        }
        return layouts;
    }

    private static Layout compile(AddressLayout layout) {
        List<AddressOperand> operands =
                layout.operands().stream()
                        .sorted(Comparator.comparingInt(AddressOperand::dword))
                        .toList();
        int[] dwords = new int[operands.size()];
        boolean[] bounds = new boolean[operands.size()];
        for (int i = 0; i < dwords.length; i++) {
            dwords[i] = operands.get(i).dword();
            bounds[i] = operands.get(i).space() == OperandSpace.UPPER_BOUND;
        }
        boolean wide = dwords.length > 1 && layout.neverNeighbours();
        return new Layout(layout.totalDwords(), dwords, bounds, wide);
    }

    /** Audits the addresses a row lists. In layouts with pairs of low and high, high must be 0. */
    void state(int[] d, int at, int length, int row) {
        for (Layout layout : LAYOUTS[row]) {
            if (layout.totalDwords == 0 || layout.totalDwords == length) {
                operands(d, at, length, row, layout);
                return;
            }
        }
        state.refuseMalformed(d, at, length, row);
    }

    /**
     * Audits a command with addresses of surfaces whose size other commands, or memory, say. Their
     * extent is confined by a per-process table, and by nothing else: without one it is refused.
     */
    void surfaces(int[] d, int at, int length, int row) {
        if (state.surfacesConfined) {
            state(d, at, length, row);
        } else {
            state.refuseAddress(d, at, length, row, toUnsignedLong(d[at]));
        }
    }

    private void operands(int[] d, int at, int length, int row, Layout layout) {
        long base = 0;
        for (int i = 0; i < layout.dwords.length; i++) {
            int index = at + layout.dwords[i];
            if (layout.dwords[i] + (layout.wide ? 1 : 0) >= length) {
                state.refuseMalformed(d, at, length, row);
                return;
            }
            if (layout.wide && d[index + 1] != 0) {
                state.refuseAddress(d, at, length, row, (long) d[index + 1] << 32);
                return;
            }
            if (layout.bounds[i]) {
                confine(d, index, state.bounds.endOfRangeAt(base));
            } else if (!nullable(d, index)) {
                state.refuseAddress(d, at, length, row, toUnsignedLong(d[index]));
                return;
            } else {
                base = toUnsignedLong(d[index]);
            }
        }
    }

    /** Makes a null address one of the slice; returns whether the address is inside now. */
    private boolean nullable(int[] d, int index) {
        if (state.bounds.contains(toUnsignedLong(d[index]), 1)) {
            return true;
        }
        if ((d[index] & Mi.PAGE_MASK) != 0) {
            return false;
        }
        d[index] |= state.bounds.home();
        return true;
    }

    /** Lowers an upper bound, of which 0 stands for none. */
    private static void confine(int[] d, int index, long end) {
        long bound = toUnsignedLong(d[index] & Mi.PAGE_MASK);
        if (bound == 0 || bound > end) {
            d[index] = (int) end | d[index] & ~Mi.PAGE_MASK;
        }
    }

    /**
     * Audits STATE_BASE_ADDRESS. A base of 0 is an origin for offsets, not a buffer: drivers use it
     * for state whose offsets are addresses. It passes where the per-process table confines what
     * the pipeline reaches, and nowhere else.
     */
    void baseAddresses(int[] d, int at, int length, int row) {
        if (length < BASE_DWORDS) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        for (int i = at + 1; i <= at + BASES; i++) {
            long base = toUnsignedLong(d[i] & Mi.PAGE_MASK);
            boolean origin = base == 0 && state.ppgtt;
            if ((d[i] & MODIFY) != 0 && !origin && !state.bounds.contains(base, 1)) {
                state.refuseAddress(d, at, length, row, base);
                return;
            }
        }
        for (int i = 0; i < BASE_OF_BOUND.length; i++) {
            int bound = at + 1 + BASES + i;
            if ((d[bound] & MODIFY) != 0) {
                int base = d[at + BASE_OF_BOUND[i]];
                long end =
                        (base & MODIFY) == 0
                                ? 0
                                : state.bounds.endOfRangeAt(toUnsignedLong(base & Mi.PAGE_MASK));
                confine(d, bound, end == 0 ? state.bounds.end() : end);
            }
        }
    }

    void depthBuffer(int[] d, int at, int length, int row) {
        if (length < 3) {
            state.refuseMalformed(d, at, length, row);
        } else if (d[at + 1] >>> DEPTH_TYPE_SHIFT != DEPTH_TYPE_NULL) {
            surfaces(d, at, length, row);
        }
    }

    void vertexBuffers(int[] d, int at, int length, int row) {
        if ((length - 1) % VERTEX_BUFFER_DWORDS != 0) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        for (int i = at + 1; i < at + length; i += VERTEX_BUFFER_DWORDS) {
            boolean used = (d[i] & VERTEX_BUFFER_NULL) == 0;
            if (!used || (d[i] & VERTEX_ADDRESS_MODIFY) == 0) {
                continue; // both addresses are ignored
            }
            if (endsBeforeItStarts(d, i + 1)) {
                d[i] |= VERTEX_BUFFER_NULL;
            } else if (!buffer(d, i + 1)) {
                d[i] |= VERTEX_BUFFER_NULL;
                if (d[i + 2] != d[i + 1] - 1) {
                    state.count(GuestFaultKind.OUT_OF_PARTITION, row, toUnsignedLong(d[i + 1]));
                }
            }
        }
    }

    void indexBuffer(int[] d, int at, int length, int row) {
        if (length < 3) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        long first = toUnsignedLong(d[at + 1]);
        if (d[at + 2] == 0) {
            d[at + 2] = (int) (state.bounds.endOfRangeAt(first) - 1);
        } else if (endsBeforeItStarts(d, at + 1) && state.bounds.contains(first, 1)) {
            d[at + 2] = d[at + 1] - 1;
        }
        if (!buffer(d, at + 1)) {
            state.refuseAddress(d, at, length, row, first);
        }
    }

    private static boolean endsBeforeItStarts(int[] d, int index) {
        return Integer.compareUnsigned(d[index + 1], d[index] - 1) < 0 && d[index] != 0;
    }

    /**
     * Audits a buffer given by its first and its last byte; an empty one ends before it starts. One
     * without an end, as i915's null state has it, gets that of the slice.
     */
    private boolean buffer(int[] d, int index) {
        long first = toUnsignedLong(d[index]);
        if (state.bounds.contains(first, 1)) {
            if (d[index + 1] == NO_END) {
                d[index + 1] = (int) (state.bounds.endOfRangeAt(first) - 1);
            }
            long last = toUnsignedLong(d[index + 1]);
            return last == first - 1
                    || last >= first && state.bounds.contains(first, last - first + 1);
        }
        if (first < Mi.PAGE_BYTES) {
            d[index] = state.bounds.home();
            d[index + 1] = state.bounds.home();
            return true;
        }
        return false;
    }

    /** Audits 3DSTATE_CONSTANT_*: four read lengths in dwords 1 and 2, four addresses behind. */
    void constants(int[] d, int at, int length, int row) {
        if (length < 7) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        for (int i = state.absoluteConstants ? 0 : 1; i < 4; i++) {
            int units = d[at + 1 + i / 2] >>> 16 * (i % 2) & 0xffff;
            long buffer = toUnsignedLong(d[at + 3 + i] & -CONSTANT_UNIT_BYTES);
            long bytes = (long) units * CONSTANT_UNIT_BYTES;
            if (units != 0 && !state.bounds.contains(buffer, bytes)) {
                state.count(GuestFaultKind.OUT_OF_PARTITION, row, buffer);
                d[at + 1 + i / 2] &= ~(0xffff << 16 * (i % 2));
            }
        }
    }

    void streamOut(int[] d, int at, int length, int row) {
        if (length < 4) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        long base = toUnsignedLong(d[at + 2]);
        long end = toUnsignedLong(d[at + 3]);
        if (end <= base) { // empty
            d[at + 2] = state.bounds.home();
            d[at + 3] = state.bounds.home();
        } else if (!state.bounds.contains(base, end - base)) {
            state.refuseAddress(d, at, length, row, base);
        }
    }

    void mediaFrontEnd(int[] d, int at, int length, int row) {
        if (length < 3) {
            state.refuseMalformed(d, at, length, row);
        }
    }
}
