package org.gpumediator.testkit.haswell;

import org.gpumediator.testkit.haswell.Engine.Outcome;

/**
 * Saving and loading a render context. Without bit 8 of the command's operand, or of CCID, the
 * image is at an address of memory that no table translates.
 *
 * <p>The image is a list of register loads, as on the chip, in a layout of its own: the header of a
 * register load command in dword 1, pairs of register and value, then the pipeline's state behind a
 * mark. An image of zeros loads nothing; the engine does not get over anything else.
 */
final class ContextImage {

    private static final int ADDRESS = 0xffff_f000;
    private static final int TRANSLATED = 1 << 8;
    private static final int FORCE_RESTORE = 1 << 1;
    private static final int RESTORE_INHIBIT = 1;
    private static final int CCID_VALID = 1;

    private static final int LOAD_HEADER = 0x1100_0000;
    private static final int STATE_MARK = 0x6974_6174;
    private static final int MI_MODE_KEPT = ~(Registers.MI_MODE_STOP_RING | Registers.MI_MODE_IDLE);

    // spotless:off
    private static final int[][] RANGES = {
        // first     last, both included
        { 0x2290,    0x2294 },
        { 0x2300,    0x2354 },
        { 0x2400,    0x241c },
        { 0x2420,    0x2420 },
        { 0x2430,    0x2440 },
        { 0x2500,    0x2508 },
        { 0x2600,    0x267c },
        { 0x5200,    0x521c },
        { 0x5240,    0x525c },
        { 0x5280,    0x528c },
    };

    /** Registers whose high half enables bits of the low half. */
    private static final int[] MASKED = { 0x209c, 0x20c0, 0x7000, 0x7004, 0x7008 };
    // spotless:on

    private static final int[] REGISTERS = registers();
    private static final int STATE_AT = 2 + 2 * (REGISTERS.length + MASKED.length);

    private ContextImage() {}

    /** Opcode of the command in bits 31:23. */
    private static final int SET_CONTEXT = 0x18;

    /**
     * Returns where the command finds the image that it loads by force, through the global table,
     * or {@code -1} if it does not: any other may be one that the engine has itself.
     */
    static long forced(int header, int operand) {
        boolean loads =
                header >>> 23 == SET_CONTEXT
                        && (operand & (FORCE_RESTORE | TRANSLATED | RESTORE_INHIBIT))
                                == (FORCE_RESTORE | TRANSLATED);
        return loads ? Integer.toUnsignedLong(operand & ADDRESS) : -1;
    }

    /** Returns how many dwords of an image are read when it is loaded. */
    static int dwords() {
        return STATE_AT + 1 + RenderState.DWORDS;
    }

    static Outcome setContext(Engine engine, int header, int length) {
        int operand = engine.dword(1);
        int current = engine.register(Registers.RING_CCID);
        int address = operand & ADDRESS;
        boolean same = (current & CCID_VALID) != 0 && (current & ADDRESS) == address;
        if ((current & CCID_VALID) != 0 && !same) {
            save(engine, current);
        }
        boolean inhibited = (operand & RESTORE_INHIBIT) != 0;
        if (!inhibited && (!same || (operand & FORCE_RESTORE) != 0)) {
            restore(engine, operand);
        }
        engine.setRegister(Registers.RING_CCID, operand & ~0xff | CCID_VALID);
        return Outcome.DONE;
    }

    private static void save(Engine engine, int image) {
        int count = REGISTERS.length + MASKED.length;
        int at = put(engine, image, 1, LOAD_HEADER | 2 * count - 1);
        RegisterFile file = engine.chip.registers;
        for (int register : REGISTERS) {
            at = put(engine, image, at, register);
            at = put(engine, image, at, file.get(register));
        }
        for (int register : MASKED) {
            int kept = register == MASKED[0] ? MI_MODE_KEPT : -1;
            at = put(engine, image, at, register);
            at = put(engine, image, at, (file.get(register) & kept) | kept << 16);
        }
        at = put(engine, image, at, STATE_MARK);
        for (int dword : engine.render.state) {
            at = put(engine, image, at, dword);
        }
    }

    private static void restore(Engine engine, int image) {
        int count = REGISTERS.length + MASKED.length;
        int header = get(engine, image, 1);
        if (header != (LOAD_HEADER | 2 * count - 1)) {
            if (header != 0) {
                engine.hang();
            }
            return;
        }
        for (int i = 0; i < REGISTERS.length; i++) {
            engine.chip.registers.set(REGISTERS[i], get(engine, image, 3 + 2 * i));
        }
        for (int i = 0; i < MASKED.length; i++) {
            engine.chip.writeRegister(
                    MASKED[i], get(engine, image, 3 + 2 * (REGISTERS.length + i)));
        }
        if (get(engine, image, STATE_AT) == STATE_MARK) {
            for (int i = 0; i < RenderState.DWORDS; i++) {
                engine.render.state[i] = get(engine, image, STATE_AT + 1 + i);
            }
        }
    }

    /** Stores a dword of an image; returns the index of the next. */
    private static int put(Engine engine, int image, int index, int value) {
        long at = Integer.toUnsignedLong(image & ADDRESS) + 4L * index;
        if ((image & TRANSLATED) != 0) {
            engine.memory.store(at, Translator.GLOBAL, value);
        } else {
            engine.chip.bus.store(at, value, engine.id, at);
        }
        return index + 1;
    }

    private static int get(Engine engine, int image, int index) {
        long at = Integer.toUnsignedLong(image & ADDRESS) + 4L * index;
        return (image & TRANSLATED) != 0
                ? engine.memory.load(at, Translator.GLOBAL)
                : engine.chip.bus.load(at, engine.id, at);
    }

    private static int[] registers() {
        int count = 0;
        for (int[] range : RANGES) {
            count += (range[1] - range[0]) / 4 + 1;
        }
        int[] all = new int[count];
        int i = 0;
        for (int[] range : RANGES) {
            for (int register = range[0]; register <= range[1]; register += 4) {
                all[i++] = register;
            }
        }
        return all;
    }
}
