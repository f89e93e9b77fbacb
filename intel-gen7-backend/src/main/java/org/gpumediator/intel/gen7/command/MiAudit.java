package org.gpumediator.intel.gen7.command;

import org.gpumediator.api.event.GuestFaultKind;

/**
 * Audits the commands of the memory interface. Each method may replace what it is given, and
 * returns whether the command passes.
 */
final class MiAudit {

    private final AuditState state;

    MiAudit(AuditState state) {
        this.state = state;
    }

    boolean userInterrupt(Command c) {
        state.events.userInterrupt(c.position());
        return true;
    }

    boolean displayWait(Command c) {
        state.events.displayWait(c.position(), c.dword(0));
        c.erase();
        return true;
    }

    boolean arbitration(Command c) {
        return !state.inBatch() || c.refusePrivileged(c.unsigned(0));
    }

    boolean pageFlip(Command c) {
        if (!c.requireInside(c.unsigned(Mi.FLIP_SURFACE, Mi.PAGE_MASK), Mi.PAGE_BYTES)) {
            return false;
        }
        state.events.pageFlip(c.position(), c.dword(0), c.dword(1), c.dword(Mi.FLIP_SURFACE));
        c.erase();
        return true;
    }

    boolean semaphore(Command c) {
        if (!c.isSet(0, Mi.SEMAPHORE_REGISTER)) {
            return global(c, Mi.SEMAPHORE_ADDRESS, Mi.DWORD_MASK, Integer.BYTES);
        }
        int register = c.dword(Mi.SEMAPHORE_ADDRESS);
        return !c.isSet(0, Mi.SEMAPHORE_UPDATE)
                || mayUpdate(register, c.dword(Mi.SEMAPHORE_VALUE))
                || c.refusePrivileged(register & RegisterRules.OFFSET_MASK);
    }

    /** Returns whether a register may be given a value by a command that does nothing else. */
    private boolean mayUpdate(int operand, int value) {
        return switch (state.registers.write(operand)) {
            case PLAIN -> true;
            case VALUE -> state.registers.accepts(operand, value);
            case MASKED, TRACKED, DIRECTORY, EMULATED, COUNTERS, NEVER -> false;
        };
    }

    boolean setContext(Command c) {
        if (!c.isSet(Mi.CONTEXT_IMAGE, Mi.CONTEXT_GLOBAL)) {
            return c.refusePrivileged(c.unsigned(Mi.CONTEXT_IMAGE));
        }
        if (!c.requireInside(c.unsigned(Mi.CONTEXT_IMAGE, Mi.PAGE_MASK), Mi.CONTEXT_BYTES)) {
            return false;
        }
        state.events.contextSelected(c.position(), c.dword(Mi.CONTEXT_IMAGE));
        return true;
    }

    boolean storeData(Command c) {
        return global(c, Mi.STORE_ADDRESS, Mi.DWORD_MASK, c.bytesFrom(Mi.STORE_DATA));
    }

    boolean storeIndex(Command c) {
        long offset = c.unsigned(Mi.INDEX_OFFSET);
        return offset + c.bytesFrom(Mi.INDEX_DATA) <= Mi.STATUS_PAGE_BYTES
                || c.refuseAddress(offset);
    }

    /** Takes refused and emulated registers out of the command; MI_NOOP fills what is left over. */
    boolean loadImmediate(Command c) {
        int kept = Mi.FIRST_LOAD;
        for (int pair = Mi.FIRST_LOAD; pair < c.length(); pair += Mi.LOAD_DWORDS) {
            boolean keep = keepLoad(c, pair);
            if (c.isPostponed()) {
                return false;
            }
            if (keep) {
                c.put(kept, c.dword(pair));
                c.put(kept + 1, c.dword(pair + 1));
                kept += Mi.LOAD_DWORDS;
            }
        }
        if (kept == Mi.FIRST_LOAD) {
            c.erase();
        } else if (kept < c.length()) {
            c.put(0, c.dword(0) & ~Mi.LENGTH_MASK | kept - Mi.LENGTH_BIAS);
            c.eraseFrom(kept);
        }
        return true;
    }

    private boolean keepLoad(Command c, int pair) {
        int operand = c.dword(pair);
        int value = c.dword(pair + 1);
        int offset = operand & RegisterRules.OFFSET_MASK;
        switch (state.registers.write(operand)) {
            case PLAIN -> {
                return true;
            }
            case MASKED, VALUE -> {
                if (state.registers.accepts(operand, value)) {
                    return true;
                }
            }
            case TRACKED -> {
                if (state.registers.accepts(operand, value)) {
                    noteConstantMode(value);
                    state.events.registerLoaded(c.position(), offset, value);
                    return true;
                }
            }
            case DIRECTORY -> {
                return keepDirectory(c, pair, value);
            }
            case EMULATED -> {
                state.events.registerEmulated(c.position(), offset, value);
                return false;
            }
            case COUNTERS -> {
                state.events.counterSetLoaded(c.position(), offset);
                return false;
            }
            case NEVER -> {}
        }
        c.count(GuestFaultKind.PRIVILEGED_COMMAND, offset);
        return false;
    }

    /** INSTPM bit 6, constant buffer address offset disable. */
    private static final int CONSTANT_MODE = 1 << 6;

    /** Set is set for good: whether a load that clears it is run, no scan can tell. */
    private void noteConstantMode(int value) {
        state.absoluteConstants |= (value >>> 16 & value & CONSTANT_MODE) != 0;
    }

    /** 512 table entries, each standing for a page. */
    private static final long DIRECTORY_SPAN = 512L * Mi.PAGE_BYTES;

    /** PP_DIR_BASE counts cache lines of table entries, 16 each, from bit 16 on. */
    private static final long DIRECTORY_UNIT = 16L * Mi.PAGE_BYTES;

    private boolean keepDirectory(Command c, int pair, int value) {
        long directory = (value >>> 16) * DIRECTORY_UNIT;
        if (!state.bounds.contains(directory, DIRECTORY_SPAN)) {
            c.count(GuestFaultKind.OUT_OF_PARTITION, directory);
            return false;
        }
        int loaded = state.events.pageDirectoryLoaded(c.position(), value);
        if (loaded == ScanEvents.NOT_NOW) {
            c.postpone();
        } else {
            c.put(pair + 1, loaded);
        }
        return true;
    }

    boolean storeRegister(Command c) {
        return requireReadable(c, Mi.REGISTER)
                && global(c, Mi.REGISTER_ADDRESS, Mi.DWORD_MASK, Integer.BYTES);
    }

    boolean loadMemory(Command c) {
        return requirePlain(c, Mi.REGISTER)
                && global(c, Mi.REGISTER_ADDRESS, Mi.DWORD_MASK, Integer.BYTES);
    }

    boolean loadRegister(Command c) {
        return requireReadable(c, Mi.REGISTER) && requirePlain(c, Mi.TARGET_REGISTER);
    }

    /** Refuses a command that reads a register which a guest may not; names the one it shall. */
    private boolean requireReadable(Command c, int index) {
        int operand = c.dword(index);
        if (!state.registers.readable(operand)) {
            return c.refusePrivileged(operand & RegisterRules.OFFSET_MASK);
        }
        int source = state.registers.source(operand);
        if (source != operand) {
            c.put(index, source);
        }
        return true;
    }

    /** Refuses a command that writes a register with a value that no audit sees. */
    private boolean requirePlain(Command c, int index) {
        int operand = c.dword(index);
        return state.registers.write(operand) == RegisterRules.Write.PLAIN
                || c.refusePrivileged(operand & RegisterRules.OFFSET_MASK);
    }

    boolean flush(Command c) {
        int operation = c.dword(0);
        return postSync(c, operation, c.isSet(Mi.FLUSH_ADDRESS, Mi.FLUSH_GLOBAL), Mi.FLUSH_ADDRESS);
    }

    boolean pipeControl(Command c) {
        int flags = c.dword(Mi.PIPE_CONTROL_FLAGS);
        boolean global = (flags & Mi.PIPE_CONTROL_GLOBAL) != 0;
        return postSync(c, flags, global, Mi.PIPE_CONTROL_ADDRESS);
    }

    /** Audits what is done once the flush is complete: a store, an interrupt, or both. */
    private boolean postSync(Command c, int operation, boolean global, int address) {
        if ((operation & Mi.POST_SYNC_MASK) != 0) {
            if (!c.requireLength(address + 2)) {
                return false;
            }
            long target = c.unsigned(address, Mi.QWORD_MASK);
            boolean passes =
                    (operation & Mi.POST_SYNC_INDEX) == 0
                            ? c.requireReachable(global, target, Long.BYTES)
                            : target < Mi.STATUS_PAGE_BYTES || c.refuseAddress(target);
            if (!passes) {
                return false;
            }
        }
        if ((operation & Mi.POST_SYNC_NOTIFY) != 0) {
            state.events.notifyInterrupt(c.position());
        }
        return true;
    }

    boolean cacheFlush(Command c) {
        int bytes = Math.max(Mi.PAGE_BYTES, (c.length() - Mi.LENGTH_BIAS) * Mi.CACHE_FLUSH_BYTES);
        return global(c, Mi.CACHE_FLUSH_ADDRESS, Mi.PAGE_MASK, bytes);
    }

    boolean counterReport(Command c) {
        boolean global = c.isSet(Mi.REPORT_ADDRESS, Mi.REPORT_GLOBAL);
        long target = c.unsigned(Mi.REPORT_ADDRESS, Mi.LINE_MASK);
        return c.requireReachable(global, target, Mi.REPORT_BYTES);
    }

    boolean conditionalEnd(Command c) {
        return global(c, Mi.COMPARE_ADDRESS, Mi.QWORD_MASK, Long.BYTES);
    }

    boolean streamerStore(Command c) {
        long target = c.unsigned(Mi.STORE_ADDRESS, Mi.DWORD_MASK);
        return c.requireInside(target, c.bytesFrom(Mi.STORE_DATA));
    }

    boolean urbMemory(Command c) {
        return c.requireInside(c.unsigned(Mi.URB_ADDRESS, Mi.LINE_MASK), Mi.LINE_BYTES);
    }

    /** Audits an address that is global if the usual bit of the first dword says so. */
    private static boolean global(Command c, int address, int mask, int bytes) {
        return c.requireReachable(c.isSet(0, Mi.GLOBAL), c.unsigned(address, mask), bytes);
    }
}
