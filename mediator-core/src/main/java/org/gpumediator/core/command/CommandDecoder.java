package org.gpumediator.core.command;

/**
 * The commands of one engine, compiled: from a first dword to its row and length with one load and
 * no search. Immutable.
 *
 * <p>What {@link #plan} returns is one int: the mask of the length field in bits 15:0, the bias in
 * bits 17:16, the number of the row in bits 27:18, the behaviour in bits 30:28 as {@link #hintOf}
 * returns it, and the sign set unless the row is {@linkplain CommandRow#isPlain plain}.
 */
public final class CommandDecoder {

    /** The plan of a first dword that no row matches: row 0, length 0, negative. */
    public static final int UNKNOWN = 1 << 31;

    /** Opcodes lie in the upper half of a first dword. */
    static final int OPCODE_SHIFT = 16;

    static final int SLOTS = 1 << Integer.SIZE - OPCODE_SHIFT;
    static final int ROW_SHIFT = 18;
    static final int MOST_ROWS = (1 << 10) - 1;
    private static final int HINT_SHIFT = 28;
    private static final int LAST_HINT = 7;
    private static final int LENGTH_MASK = 0xffff;
    private static final int BIAS_SHIFT = 16;
    private static final int BIAS_MASK = 3;
    private static final int SHAPE_MASK = UNKNOWN | BIAS_MASK << BIAS_SHIFT | LENGTH_MASK;
    private static final int SINGLE_SHAPE = 1 << BIAS_SHIFT;
    private static final int BYTE_LENGTH_SHAPE = 2 << BIAS_SHIFT | 0xff;

    /** By the upper half of the first dword. */
    private final int[] plans;

    CommandDecoder(int[] plans) {
        this.plans = plans;
    }

    static int planOf(CommandRow<?> row) {
        return row.length().mask()
                | row.length().bias() << BIAS_SHIFT
                | row.number() << ROW_SHIFT
                | Math.min(row.behaviour().ordinal(), LAST_HINT) << HINT_SHIFT
                | (row.isPlain() ? 0 : UNKNOWN);
    }

    /** Returns the plan of a command, or {@link #UNKNOWN}. */
    public int plan(int firstDword) {
        return plans[firstDword >>> OPCODE_SHIFT];
    }

    /**
     * Returns whether a plan states a plain command of one dword. With this and {@link
     * #isPlainWithByteLength} a walk can step on without waiting for the plan: it goes by the first
     * dword alone and lets the plan confirm it.
     */
    public static boolean isPlainSingle(int plan) {
        return (plan & SHAPE_MASK) == SINGLE_SHAPE;
    }

    /** Returns whether a plan states a plain command whose length is bits 7:0 plus 2. */
    public static boolean isPlainWithByteLength(int plan) {
        return (plan & SHAPE_MASK) == BYTE_LENGTH_SHAPE;
    }

    /** Returns whether a plan states a command whose length is bits 7:0 plus 2. */
    public static boolean hasByteLength(int plan) {
        return (plan & SHAPE_MASK & ~UNKNOWN) == BYTE_LENGTH_SHAPE;
    }

    /** Returns the length in dwords that a first dword states, {@code 1} or more; 0 if unknown. */
    public static int lengthOf(int plan, int firstDword) {
        return (firstDword & plan & LENGTH_MASK) + (plan >>> BIAS_SHIFT & BIAS_MASK);
    }

    /**
     * Returns the ordinal of a row's behaviour, 7 standing for 7 and more: a walk can see to the
     * most frequent ones without looking at the row.
     */
    public static int hintOf(int plan) {
        return plan >>> HINT_SHIFT & LAST_HINT;
    }

    /** Returns the number of the row of a plan; 0 if unknown. */
    public static int rowOf(int plan) {
        return plan >>> ROW_SHIFT & MOST_ROWS;
    }
}
