package org.gpumediator.testkit.haswell;

import org.gpumediator.testkit.haswell.Engine.Outcome;

/**
 * The arithmetic unit of the render command streamer. Source: public gen7.5 description, MI_MATH.
 */
final class Arithmetic {

    private static final int NOOP = 0x000;
    private static final int LOAD = 0x080;
    private static final int LOAD_INVERTED = 0x480;
    private static final int LOAD_ZERO = 0x081;
    private static final int LOAD_ONES = 0x481;
    private static final int ADD = 0x100;
    private static final int SUBTRACT = 0x101;
    private static final int AND = 0x102;
    private static final int OR = 0x103;
    private static final int XOR = 0x104;
    private static final int STORE = 0x180;
    private static final int STORE_INVERTED = 0x580;

    private static final int SOURCE_A = 0x20;
    private static final int SOURCE_B = 0x21;
    private static final int ACCUMULATOR = 0x31;
    private static final int ZERO_FLAG = 0x32;
    private static final int CARRY_FLAG = 0x33;

    private long sourceA;
    private long sourceB;
    private long accumulator;
    private boolean carry;

    static Outcome math(Engine engine, int header, int length) {
        Arithmetic unit = engine.render.arithmetic;
        for (int i = 1; i < length; i++) {
            unit.execute(engine.chip.registers, engine.dword(i));
        }
        return Outcome.DONE;
    }

    void reset() {
        sourceA = 0;
        sourceB = 0;
        accumulator = 0;
        carry = false;
    }

    private void execute(RegisterFile file, int instruction) {
        int to = instruction >>> 10 & 0x3ff;
        int from = instruction & 0x3ff;
        switch (instruction >>> 20) {
            case LOAD -> setSource(to, operand(file, from));
            case LOAD_INVERTED -> setSource(to, ~operand(file, from));
            case LOAD_ZERO -> setSource(to, 0);
            case LOAD_ONES -> setSource(to, -1);
            case ADD -> {
                accumulator = sourceA + sourceB;
                carry = Long.compareUnsigned(accumulator, sourceA) < 0;
            }
            case SUBTRACT -> {
                accumulator = sourceA - sourceB;
                carry = Long.compareUnsigned(sourceA, sourceB) < 0;
            }
            case AND -> logic(sourceA & sourceB);
            case OR -> logic(sourceA | sourceB);
            case XOR -> logic(sourceA ^ sourceB);
            case STORE -> store(file, to, operand(file, from));
            case STORE_INVERTED -> store(file, to, ~operand(file, from));
            case NOOP -> {}
            default -> {}
        }
    }

    private void logic(long value) {
        accumulator = value;
        carry = false;
    }

    private void setSource(int which, long value) {
        if (which == SOURCE_A) {
            sourceA = value;
        } else if (which == SOURCE_B) {
            sourceB = value;
        }
    }

    private long operand(RegisterFile file, int which) {
        return switch (which) {
            case ACCUMULATOR -> accumulator;
            case ZERO_FLAG -> accumulator == 0 ? -1 : 0;
            case CARRY_FLAG -> carry ? -1 : 0;
            default -> which < 16 ? file.getLong(Registers.CS_GPR + 8 * which) : 0;
        };
    }

    private static void store(RegisterFile file, int which, long value) {
        if (which < 16) {
            file.setLong(Registers.CS_GPR + 8 * which, value);
        }
    }
}
