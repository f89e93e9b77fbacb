package org.gpumediator.core.command;

/**
 * The commands of one engine, compiled: from a first dword to its row and length with three loads
 * and no search. Immutable.
 *
 * <p>What {@link #plan} returns is one int: the mask of the length field in bits 15:0, the bias in
 * bits 17:16, the number of the row in bits 27:18, and the sign set unless the row is {@linkplain
 * CommandRow#isPlain plain}.
 */
public final class CommandDecoder {

    /** The plan of a first dword that no row matches: row 0, length 0, negative. */
    public static final int UNKNOWN = 1 << 31;

    static final int CLIENT_BITS = 3;
    static final int CLIENTS = 1 << CLIENT_BITS;
    static final int ROW_SHIFT = 18;
    static final int MOST_ROWS = (1 << 10) - 1;
    private static final int LENGTH_MASK = 0xffff;
    private static final int BIAS_SHIFT = 16;
    private static final int BIAS_MASK = 3;
    private static final int SHIFT_MASK = 31;
    private static final int OFFSET_SHIFT = 5;

    /** By client: offset into the plans in bits 31:5, shift of the opcode in bits 4:0. */
    private final int[] routes;

    private final int[] plans;

    CommandDecoder(int[] routes, int[] plans) {
        this.routes = routes;
        this.plans = plans;
    }

    static int route(int offset, int shift) {
        return offset << OFFSET_SHIFT | shift;
    }

    static int planOf(CommandRow<?> row) {
        return row.length().mask()
                | row.length().bias() << BIAS_SHIFT
                | row.number() << ROW_SHIFT
                | (row.isPlain() ? 0 : UNKNOWN);
    }

    /** Returns the plan of a command, or {@link #UNKNOWN}. */
    public int plan(int firstDword) {
        int route = routes[firstDword >>> Integer.SIZE - CLIENT_BITS];
        return plans[
                (route >>> OFFSET_SHIFT) + ((firstDword << CLIENT_BITS) >>> (route & SHIFT_MASK))];
    }

    /** Returns the length in dwords that a first dword states, {@code 1} or more; 0 if unknown. */
    public static int lengthOf(int plan, int firstDword) {
        return (firstDword & plan & LENGTH_MASK) + (plan >>> BIAS_SHIFT & BIAS_MASK);
    }

    /** Returns the number of the row of a plan; 0 if unknown. */
    public static int rowOf(int plan) {
        return plan >>> ROW_SHIFT & MOST_ROWS;
    }
}
