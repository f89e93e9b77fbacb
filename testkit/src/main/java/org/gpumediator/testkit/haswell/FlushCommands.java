package org.gpumediator.testkit.haswell;

import org.gpumediator.testkit.haswell.Engine.Outcome;

/**
 * PIPE_CONTROL and MI_FLUSH_DW: flushes with a write at the end. Translations are invalidated only
 * where the command asks for it, which is the least that a chip does in any mode.
 */
final class FlushCommands {

    private static final int NOTIFY = 1 << 8;
    private static final int TLB_INVALIDATE = 1 << 18;
    private static final int STORE_INDEX = 1 << 21;
    private static final int OPERATION_SHIFT = 14;

    private static final int WRITE_IMMEDIATE = 1;
    private static final int WRITE_DEPTH_COUNT = 2;
    private static final int WRITE_TIMESTAMP = 3;

    private static final int FLUSH_SNAPSHOT_RESET = 1 << 3;
    private static final int PIPE_SNAPSHOT_RESET = 1 << 19;
    private static final int PIPE_REGISTER_WRITE = 1 << 23;
    private static final int PIPE_GLOBAL = 1 << 24;
    private static final int FLUSH_GLOBAL = 1 << 2;
    private static final int PAGE_OFFSET = 0xff8;

    /** Statistics counters of the pipeline: first and last dword of each run. */
    private static final int[][] STATISTICS = {
        {0x2290, 0x2294}, {0x2300, 0x2354}, {0x5200, 0x521c}, {0x5240, 0x525c}
    };

    private FlushCommands() {}

    static Outcome flush(Engine engine, int header, int length) {
        if ((header & FLUSH_SNAPSHOT_RESET) != 0) {
            resetSnapshots(engine);
        }
        return Outcome.DONE;
    }

    /**
     * Sets the statistics counters back, once the flush is done; not the time stamp. Source: public
     * descriptions of PIPE_CONTROL, global snapshot count reset.
     */
    private static void resetSnapshots(Engine engine) {
        for (int[] run : STATISTICS) {
            for (int register = run[0]; register <= run[1]; register += 4) {
                engine.chip.registers.set(register, 0);
            }
        }
        engine.chip.snapshotResets += engine.privileged() ? 1 : 0;
    }

    static Outcome pipeControl(Engine engine, int header, int length) {
        int flags = engine.dword(1);
        if ((flags & TLB_INVALIDATE) != 0) {
            engine.memory.invalidate();
        }
        int operation = flags >>> OPERATION_SHIFT & 3;
        if (length >= 4) {
            if ((flags & PIPE_REGISTER_WRITE) != 0) {
                writeRegister(engine);
            } else if (operation != 0) {
                boolean global = (flags & PIPE_GLOBAL) != 0;
                write(engine, operation, flags, engine.dword(2), global, 3, length);
            }
        }
        if ((flags & PIPE_SNAPSHOT_RESET) != 0) {
            resetSnapshots(engine);
        }
        if ((flags & NOTIFY) != 0) {
            engine.raise(engine.id.notifyInterrupt());
        }
        return Outcome.DONE;
    }

    static Outcome flushDword(Engine engine, int header, int length) {
        if ((header & TLB_INVALIDATE) != 0) {
            engine.memory.invalidate();
        }
        int operation = header >>> OPERATION_SHIFT & 3;
        if (operation != 0 && length >= 3) {
            int operand = engine.dword(1);
            boolean global = (operand & FLUSH_GLOBAL) != 0;
            write(engine, operation, header, operand, global, 2, length);
        }
        if ((header & NOTIFY) != 0) {
            engine.raise(engine.id.notifyInterrupt());
        }
        return Outcome.DONE;
    }

    private static void writeRegister(Engine engine) {
        if (engine.privileged()) {
            MiCommands.write(engine, engine.dword(2) & 0x007f_fffc, engine.dword(3));
        } else {
            engine.countDropped();
        }
    }

    /** Makes the write at the end of a flush; two dwords, or one if the command has only one. */
    private static void write(
            Engine engine,
            int operation,
            int flags,
            int operand,
            boolean global,
            int data,
            int length) {
        long address = Integer.toUnsignedLong(operand & ~7);
        int space = engine.spaceOf(global);
        if ((flags & STORE_INDEX) != 0) {
            if (!engine.privileged()) {
                engine.countDropped();
                return;
            }
            address = engine.statusPage() + (operand & PAGE_OFFSET);
            space = Translator.GLOBAL;
        }
        long value =
                switch (operation) {
                    case WRITE_DEPTH_COUNT ->
                            engine.chip.registers.getLong(Registers.PS_DEPTH_COUNT);
                    case WRITE_TIMESTAMP -> engine.stamp();
                    default -> immediate(engine, data, length);
                };
        engine.publish(address, space, (int) value);
        if (operation != WRITE_IMMEDIATE || length > data + 1) {
            engine.publish(address + 4, space, (int) (value >>> 32));
        }
    }

    private static long immediate(Engine engine, int data, int length) {
        long low = Integer.toUnsignedLong(engine.dword(data));
        return length > data + 1 ? low | (long) engine.dword(data + 1) << 32 : low;
    }
}
