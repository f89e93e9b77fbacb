package org.gpumediator.testkit.haswell;

import org.gpumediator.testkit.haswell.Engine.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The arithmetic unit of the render command streamer. Source: public gen7.5 description, MI_MATH.
 */
final class Arithmetic {

    /** One instruction; {@code to} and {@code from} are its operands. */
    @FunctionalInterface
    private interface Instruction {
        void execute(Arithmetic unit, RegisterFile file, int to, int from);
    }

    private static final int SOURCE_A = 0x20;
    private static final int SOURCE_B = 0x21;
    private static final int ACCUMULATOR = 0x31;
    private static final int ZERO_FLAG = 0x32;
    private static final int CARRY_FLAG = 0x33;

    private static final @Nullable Instruction[] INSTRUCTIONS = instructions();

    // spotless:off
    private static @Nullable Instruction[] instructions() {
        @Nullable Instruction[] table = new Instruction[1 << 12];
        table[0x080] = (u, f, to, from) -> u.setSource(to, operand(u, f, from));   // LOAD
        table[0x480] = (u, f, to, from) -> u.setSource(to, ~operand(u, f, from));  // LOADINV
        table[0x081] = (u, f, to, from) -> u.setSource(to, 0);                     // LOAD0
        table[0x481] = (u, f, to, from) -> u.setSource(to, -1);                    // LOAD1
        table[0x100] = (u, f, to, from) -> u.add();                                // ADD
        table[0x101] = (u, f, to, from) -> u.subtract();                           // SUB
        table[0x102] = (u, f, to, from) -> u.logic(u.sourceA & u.sourceB);         // AND
        table[0x103] = (u, f, to, from) -> u.logic(u.sourceA | u.sourceB);         // OR
        table[0x104] = (u, f, to, from) -> u.logic(u.sourceA ^ u.sourceB);         // XOR
        table[0x180] = (u, f, to, from) -> store(f, to, operand(u, f, from));      // STORE
        table[0x580] = (u, f, to, from) -> store(f, to, ~operand(u, f, from));     // STOREINV
        return table;
    }
    // spotless:on

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
        Instruction known = INSTRUCTIONS[instruction >>> 20];
        if (known != null) {
            known.execute(this, file, to, from);
        }
    }

    private void add() {
        accumulator = sourceA + sourceB;
        carry = Long.compareUnsigned(accumulator, sourceA) < 0;
    }

    private void subtract() {
        accumulator = sourceA - sourceB;
        carry = Long.compareUnsigned(sourceA, sourceB) < 0;
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

    private static long operand(Arithmetic unit, RegisterFile file, int which) {
        return switch (which) {
            case ACCUMULATOR -> unit.accumulator;
            case ZERO_FLAG -> unit.accumulator == 0 ? -1 : 0;
            case CARRY_FLAG -> unit.carry ? -1 : 0;
            default -> which < 16 ? file.getLong(Registers.CS_GPR + 8 * which) : 0;
        };
    }

    private static void store(RegisterFile file, int which, long value) {
        if (which < 16) {
            file.setLong(Registers.CS_GPR + 8 * which, value);
        }
    }
}
