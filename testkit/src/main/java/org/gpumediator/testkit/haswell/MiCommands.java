package org.gpumediator.testkit.haswell;

import org.gpumediator.testkit.haswell.Engine.Outcome;

/** The machine interface commands, except flushes and contexts. */
final class MiCommands {

    private static final int GLOBAL = 1 << 22;
    private static final int REGISTER_MASK = 0x007f_fffc;

    private static final int NOOP_ID_VALID = 1 << 22;
    private static final int NOOP_ID = 0x003f_ffff;

    static final int START_PROCESS = 1 << 8;
    static final int START_UNPRIVILEGED = 1 << 13;
    private static final int START_PREDICATED = 1 << 15;
    private static final int START_ADD_OFFSET = 1 << 16;
    static final int START_SECOND_LEVEL = 1 << 22;

    private static final int MAILBOX_UPDATE = 1 << 21;
    private static final int MAILBOX_COMPARE = 1 << 20;
    private static final int MAILBOX_REGISTER = 1 << 18;

    /** The mailbox register that bits 17:16 select; three is none. */
    private static final int[] MAILBOXES = {
        Registers.RING_SYNC_0, Registers.RING_SYNC_2, Registers.RING_SYNC_1
    };

    private static final int END_COMPARE = 1 << 21;

    private static final int PERFORMANCE_DWORDS = 64;
    private static final int CORE_MODE = 1;
    private static final int REPORT_CORE_MODE = 1 << 4;
    private static final int SUSPEND = 1;
    private static final int EMPTY_DWORDS = 16;

    private static final int UHPTR_VALID = 1;

    /** Bits of MI_WAIT_FOR_EVENT that wait for a scan line or the vertical blank of a pipe. */
    private static final int[] EVENT_OF_PIPE = {
        1 << 0 | 1 << 3, 1 << 8 | 1 << 11, 1 << 14 | 1 << 21
    };

    private static final int PLANE_SHIFT = 19;
    private static final int PLANE_MASK = 7;

    /**
     * Pipe of the plane that bits 21:19 of a flip select; a sprite if negative, as {@code ~pipe}.
     */
    private static final int[] PIPE_OF_PLANE = {0, 1, ~0, ~1, 2, ~2};

    private static final int PLANE_CONTROL = 0x7_0180;
    private static final int PLANE_STRIDE = 0x7_0188;
    private static final int PLANE_SURFACE = 0x7_019c;
    private static final int SPRITE_STRIDE = 0x7_0288;
    private static final int SPRITE_SURFACE = 0x7_029c;
    private static final int PLANE_TILED = 1 << 10;
    private static final int STRIDE_MASK = 0xffc0;
    private static final int SURFACE_MASK = 0xffff_f000;

    private MiCommands() {}

    static Outcome noop(Engine engine, int header, int length) {
        if ((header & NOOP_ID_VALID) != 0) {
            engine.setRegister(Registers.RING_NOPID, header & NOOP_ID);
        }
        return Outcome.DONE;
    }

    static Outcome userInterrupt(Engine engine, int header, int length) {
        engine.userInterrupt();
        return Outcome.DONE;
    }

    static Outcome reportHead(Engine engine, int header, int length) {
        engine.reportHead();
        return Outcome.DONE;
    }

    /**
     * Holds back, or no longer, the flushes that the processor asks for. Nothing says that it needs
     * privilege.
     */
    static Outcome suspendFlush(Engine engine, int header, int length) {
        engine.suspendFlush((header & SUSPEND) != 0);
        return Outcome.DONE;
    }

    /** Takes up a new head pointer if one has been left for it. */
    static Outcome arbitrationCheck(Engine engine, int header, int length) {
        int pointer = engine.register(Registers.RING_UHPTR);
        if (engine.level() == 0 && (pointer & UHPTR_VALID) != 0) {
            engine.setRegister(Registers.RING_UHPTR, pointer & ~UHPTR_VALID);
            engine.jumpRing(pointer & ~7);
        }
        return Outcome.DONE;
    }

    // ---- batches

    /**
     * Starts a batch. On the render engine bit 13 takes privilege away and bit 8 selects the
     * address space; elsewhere bit 8 does both. A batch without privilege is always fetched from
     * the per-process address space. Bit 16 adds BB_OFFSET to where it starts.
     */
    static Outcome batchBufferStart(Engine engine, int header, int length) {
        if ((header & START_PREDICATED) != 0
                && engine.id == HaswellEngine.RCS
                && (engine.chip.registers.get(Registers.MI_PREDICATE_RESULT_2) & 1) == 0) {
            return Outcome.DONE;
        }
        boolean process = (header & (START_PROCESS | START_UNPRIVILEGED)) != 0;
        boolean trusted =
                (header & START_UNPRIVILEGED) == 0
                        && (engine.id == HaswellEngine.RCS || (header & START_PROCESS) == 0);
        int space = process || !engine.privileged() ? engine.contextSpace() : Translator.GLOBAL;
        int offset = (header & START_ADD_OFFSET) != 0 ? engine.register(Registers.BB_OFFSET) : 0;
        long address = Integer.toUnsignedLong(engine.dword(1) + offset);
        boolean secondLevel = (header & START_SECOND_LEVEL) != 0;
        if (engine.chip.emptyBatchesEnd && isEmpty(engine, address, space)) {
            if (engine.level() > 0 && !engine.returnsFrom(secondLevel)) {
                engine.leaveBatch();
            }
            return Outcome.DONE;
        }
        engine.enterBatch(address, space, trusted, secondLevel);
        return Outcome.DONE;
    }

    private static boolean isEmpty(Engine engine, long address, int space) {
        for (int i = 0; i < EMPTY_DWORDS; i++) {
            if (engine.memory.load((address & ~3L) + 4L * i, space) != 0) {
                return false;
            }
        }
        return true;
    }

    static Outcome batchBufferEnd(Engine engine, int header, int length) {
        engine.leaveBatch();
        return Outcome.DONE;
    }

    /** Ends the batch unless the dword in memory is greater than the one in the command. */
    static Outcome conditionalEnd(Engine engine, int header, int length) {
        if ((header & END_COMPARE) != 0 && length >= 3) {
            int value =
                    engine.memory.load(
                            address(engine.dword(2)), engine.spaceOf((header & GLOBAL) != 0));
            if (Integer.compareUnsigned(value, engine.dword(1)) <= 0) {
                engine.leaveBatch();
            }
        }
        return Outcome.DONE;
    }

    // ---- stores

    static Outcome storeDataImmediate(Engine engine, int header, int length) {
        int count = Math.min(length, 5) - 3;
        long address = storeAddress(engine, 4 * count);
        int space = engine.spaceOf((header & GLOBAL) != 0);
        for (int i = 0; i < count; i++) {
            engine.publish(address + 4L * i, space, engine.dword(3 + i));
        }
        return Outcome.DONE;
    }

    static Outcome resourceStreamerStore(Engine engine, int header, int length) {
        if (length >= 4) {
            engine.publish(storeAddress(engine, 4), engine.contextSpace(), engine.dword(3));
        }
        return Outcome.DONE;
    }

    /** Returns where a store of so many bytes goes that names its place in dword 2. */
    private static long storeAddress(Engine engine, int bytes) {
        int operand = engine.dword(2);
        return address(operand) + engine.chip.coreOffset((operand & CORE_MODE) != 0, bytes);
    }

    static Outcome storeDataIndex(Engine engine, int header, int length) {
        long address = engine.statusPage() + (engine.dword(1) & 0xffc);
        for (int i = 2; i < Math.min(length, 4); i++) {
            engine.publish(address + 4L * (i - 2), Translator.GLOBAL, engine.dword(i));
        }
        return Outcome.DONE;
    }

    /** Writes entries of the global table: nobody but the owner of the machine may be let do it. */
    static Outcome updateGtt(Engine engine, int header, int length) {
        int index = engine.dword(1) >>> 12;
        for (int i = 2; i < length; i++) {
            engine.chip.writeGtt(index + i - 2, engine.dword(i));
            engine.chip.gttUpdatesByCommand++;
        }
        return Outcome.DONE;
    }

    /** Writes a report of counters that all stand still. */
    static Outcome reportPerformance(Engine engine, int header, int length) {
        int where = engine.dword(1);
        long address =
                Integer.toUnsignedLong(where & ~0x3f)
                        + engine.chip.coreOffset(
                                (where & REPORT_CORE_MODE) != 0, 4 * PERFORMANCE_DWORDS);
        int space = engine.spaceOf((where & 1) != 0);
        for (int i = 0; i < PERFORMANCE_DWORDS; i++) {
            int value = i == 0 && length > 2 ? engine.dword(2) : i == 1 ? (int) engine.stamp() : 0;
            engine.memory.store(address + 4L * i, space, value);
        }
        return Outcome.DONE;
    }

    // ---- registers

    static Outcome loadRegisterImmediate(Engine engine, int header, int length) {
        for (int i = 1; i + 1 < length; i += 2) {
            write(engine, engine.dword(i) & REGISTER_MASK, engine.dword(i + 1));
        }
        return Outcome.DONE;
    }

    static Outcome loadRegisterMemory(Engine engine, int header, int length) {
        if (length >= 3) {
            int value =
                    engine.memory.load(
                            address(engine.dword(2)), engine.spaceOf((header & GLOBAL) != 0));
            write(engine, engine.dword(1) & REGISTER_MASK, value);
        }
        return Outcome.DONE;
    }

    static Outcome loadRegisterRegister(Engine engine, int header, int length) {
        int source = engine.dword(1) & REGISTER_MASK;
        if (length >= 3 && mayRead(engine, source)) {
            write(engine, engine.dword(2) & REGISTER_MASK, read(engine, source));
        }
        return Outcome.DONE;
    }

    static Outcome storeRegisterMemory(Engine engine, int header, int length) {
        int source = engine.dword(1) & REGISTER_MASK;
        if (length >= 3 && mayRead(engine, source)) {
            engine.publish(
                    address(engine.dword(2)),
                    engine.spaceOf((header & GLOBAL) != 0),
                    read(engine, source));
        }
        return Outcome.DONE;
    }

    /** Writes a register as the processor would, if the batch may. */
    static void write(Engine engine, int register, int value) {
        if (register >= RegisterFile.LENGTH) {
            return;
        }
        if (engine.privileged() || UserRegisters.writable(engine.id, register)) {
            engine.chip.writeRegister(register, value);
            if (register == engine.base + Registers.RING_PP_DIR_BASE) {
                engine.memory.invalidate(Translator.PROCESS);
            }
        } else {
            engine.countDropped();
        }
    }

    /** Returns whether a register may be read; counts a command whose batch may not. */
    private static boolean mayRead(Engine engine, int register) {
        if (engine.privileged() || UserRegisters.readable(engine.id, register)) {
            return true;
        }
        engine.countDropped();
        return false;
    }

    private static int read(Engine engine, int register) {
        return register < RegisterFile.LENGTH ? engine.chip.readRegister(register) : 0;
    }

    // ---- waiting

    /**
     * Compares or updates a semaphore. In the register form a comparison looks at a mailbox
     * register of this engine, and an update writes the register that dword 2 names, whichever it
     * is: i915 of Linux 3.0 to 3.6 wrote the mailboxes of other engines so.
     */
    static Outcome semaphoreMailbox(Engine engine, int header, int length) {
        int data = engine.dword(1);
        boolean inRegister = (header & MAILBOX_REGISTER) != 0;
        int select = header >>> 16 & 3;
        if (length < 3) {
            return Outcome.DONE;
        }
        long address = inRegister ? 0 : address(engine.dword(2));
        int space = engine.spaceOf((header & GLOBAL) != 0);
        if ((header & MAILBOX_COMPARE) != 0 && !(inRegister && select == MAILBOXES.length)) {
            int value =
                    inRegister
                            ? engine.register(MAILBOXES[select])
                            : engine.memory.load(address, space);
            if (Integer.compareUnsigned(value, data) <= 0) {
                engine.waits(true);
                return Outcome.BLOCKED;
            }
        }
        if ((header & MAILBOX_UPDATE) != 0) {
            if (inRegister) {
                write(engine, engine.dword(2) & REGISTER_MASK, data);
            } else {
                engine.publish(address, space, data);
            }
        }
        return Outcome.DONE;
    }

    /**
     * Waits for the display. Flips are done at once; a blank of a pipe that is off never comes, and
     * the engine waits until it is reset or its wait bit is written.
     */
    static Outcome waitForEvent(Engine engine, int header, int length) {
        long until = 0;
        for (int pipe = 0; pipe < Display.PIPES; pipe++) {
            if ((header & EVENT_OF_PIPE[pipe]) != 0) {
                until = Math.max(until, engine.chip.display.nextVblankNanos(pipe));
            }
        }
        if (until == 0) {
            return Outcome.DONE;
        }
        if (engine.waitUntilNanos == 0) {
            engine.waitUntilNanos = until;
        }
        if (engine.chip.now() < engine.waitUntilNanos) {
            engine.waits(false);
            return Outcome.BLOCKED;
        }
        engine.waitUntilNanos = 0;
        return Outcome.DONE;
    }

    static Outcome displayFlip(Engine engine, int header, int length) {
        int plane = header >>> PLANE_SHIFT & PLANE_MASK;
        if (length < 3 || plane >= PIPE_OF_PLANE.length) {
            return Outcome.DONE;
        }
        int pipe = PIPE_OF_PLANE[plane];
        int stride = engine.dword(1);
        int surface = engine.dword(2) & SURFACE_MASK;
        if (pipe < 0) {
            engine.chip.writeRegister(SPRITE_STRIDE + (~pipe << 12), stride & STRIDE_MASK);
            engine.chip.writeRegister(SPRITE_SURFACE + (~pipe << 12), surface);
            return Outcome.DONE;
        }
        int control = PLANE_CONTROL + (pipe << 12);
        int tiling = (stride & 1) != 0 ? PLANE_TILED : 0;
        engine.chip.registers.set(
                control, engine.chip.registers.get(control) & ~PLANE_TILED | tiling);
        engine.chip.writeRegister(PLANE_STRIDE + (pipe << 12), stride & STRIDE_MASK);
        engine.chip.writeRegister(PLANE_SURFACE + (pipe << 12), surface);
        return Outcome.DONE;
    }

    // ---- predicates

    private static final int PREDICATE_NEVER = 0;
    private static final int PREDICATE_RESULT_2_CLEAR = 1;
    private static final int PREDICATE_RESULT_2_SET = 2;
    private static final int PREDICATE_ALWAYS = 15;

    /** Turns the following commands of the batch off, by a rule. */
    static Outcome setPredicate(Engine engine, int header, int length) {
        int result = engine.chip.registers.get(Registers.MI_PREDICATE_RESULT_2) & 1;
        int rule = header & 15;
        engine.noopPredicate =
                rule == PREDICATE_ALWAYS
                        || rule == PREDICATE_RESULT_2_CLEAR && result == 0
                        || rule == PREDICATE_RESULT_2_SET && result != 0;
        if (rule == PREDICATE_NEVER) {
            engine.noopPredicate = false;
        }
        return Outcome.DONE;
    }

    /** Compares the two predicate sources and combines the outcome with the last one. */
    static Outcome predicate(Engine engine, int header, int length) {
        RegisterFile file = engine.chip.registers;
        long first = file.getLong(Registers.MI_PREDICATE_SRC0);
        long second = file.getLong(Registers.MI_PREDICATE_SRC1);
        boolean compared =
                switch (header & 3) {
                    case 0 -> true;
                    case 1 -> false;
                    case 2 -> first == second;
                    default -> first - second == file.getLong(Registers.MI_PREDICATE_DATA);
                };
        boolean before = (file.get(Registers.MI_PREDICATE_RESULT) & 1) != 0;
        boolean combined =
                switch (header >>> 3 & 3) {
                    case 0 -> compared;
                    case 1 -> before && compared;
                    case 2 -> before || compared;
                    default -> before ^ compared;
                };
        int load = header >>> 6 & 3;
        if (load == 2) {
            file.set(Registers.MI_PREDICATE_RESULT, combined ? 1 : 0);
        } else if (load == 3) {
            file.set(Registers.MI_PREDICATE_RESULT, combined ? 0 : 1);
        }
        return Outcome.DONE;
    }

    /** Returns the dword address in an operand. */
    private static long address(int operand) {
        return Integer.toUnsignedLong(operand & ~3);
    }
}
