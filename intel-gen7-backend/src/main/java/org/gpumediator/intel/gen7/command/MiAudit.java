package org.gpumediator.intel.gen7.command;

import static java.lang.Integer.toUnsignedLong;

import java.util.Arrays;
import org.gpumediator.api.event.GuestFaultKind;

/** Audits the commands of the memory interface. Each method may replace what it is given. */
final class MiAudit {

    private static final int PERF_COUNT_BYTES = 256;
    private static final int URB_BYTES = 64;
    private static final int HALF_PAGE_BYTES = 2048;

    private final AuditState state;

    MiAudit(AuditState state) {
        this.state = state;
    }

    void pageFlip(int[] d, int at, int length, int row) {
        if (length != 3) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        long surface = toUnsignedLong(d[at + 2] & Mi.PAGE_MASK);
        if (!state.bounds.contains(surface, Mi.PAGE_BYTES)) {
            state.refuseAddress(d, at, length, row, surface);
            return;
        }
        state.events.pageFlip(state.position(at), d[at], d[at + 1], d[at + 2]);
        Arrays.fill(d, at, at + length, Mi.NOOP);
    }

    void displayWait(int[] d, int at, int length) {
        state.events.displayWait(state.position(at), d[at]);
        Arrays.fill(d, at, at + length, Mi.NOOP);
    }

    void semaphore(int[] d, int at, int length, int row) {
        if (length != 3) {
            state.refuseMalformed(d, at, length, row);
        } else if ((d[at] & Mi.SEMAPHORE_REGISTER) == 0) {
            boolean global = (d[at] & Mi.GLOBAL) != 0;
            address(d, at, length, row, global, d[at + 2] & Mi.DWORD_MASK, Integer.BYTES);
        } else if ((d[at] & Mi.SEMAPHORE_UPDATE) != 0 && !mayUpdate(d[at + 2], d[at + 1])) {
            state.refusePrivileged(d, at, length, row, d[at + 2] & RegisterRules.OFFSET_MASK);
        }
    }

    /** Returns whether a register may be given a value by a command that does nothing else. */
    private boolean mayUpdate(int operand, int value) {
        return switch (state.registers.write(operand)) {
            case PLAIN -> true;
            case VALUE -> state.registers.accepts(operand, value);
            case MASKED, TRACKED, DIRECTORY, EMULATED, COUNTERS, NEVER -> false;
        };
    }

    void setContext(int[] d, int at, int length, int row) {
        if (length != 2) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        if ((d[at + 1] & Mi.CONTEXT_GLOBAL) == 0) {
            state.refusePrivileged(d, at, length, row, d[at + 1]);
            return;
        }
        long image = toUnsignedLong(d[at + 1] & Mi.PAGE_MASK);
        if (!state.bounds.contains(image, Mi.CONTEXT_BYTES)) {
            state.refuseAddress(d, at, length, row, image);
            return;
        }
        state.events.contextSelected(state.position(at), d[at + 1]);
    }

    void storeData(int[] d, int at, int length, int row) {
        if (length < 4) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        boolean global = (d[at] & Mi.GLOBAL) != 0;
        int bytes = (length - 3) * Integer.BYTES;
        address(d, at, length, row, global, d[at + 2] & Mi.DWORD_MASK, bytes);
    }

    void storeIndex(int[] d, int at, int length, int row) {
        if (length < 3) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        long offset = toUnsignedLong(d[at + 1]);
        if (offset + (length - 2L) * Integer.BYTES > Mi.STATUS_PAGE_BYTES) {
            state.refuseAddress(d, at, length, row, offset);
        }
    }

    /** Takes refused and emulated registers out of the command; MI_NOOP fills what is left over. */
    void loadImmediate(int[] d, int at, int length, int row) {
        if ((length & 1) == 0) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        int kept = at + 1;
        for (int i = at + 1; i < at + length; i += 2) {
            boolean keep = keepLoad(d, at, i, row);
            if (state.stopBefore != AuditState.GO_ON) {
                return;
            }
            if (keep) {
                d[kept] = d[i];
                d[kept + 1] = d[i + 1];
                kept += 2;
            }
        }
        if (kept < at + length) {
            d[at] = kept == at + 1 ? Mi.NOOP : d[at] & ~Mi.LENGTH_MASK | kept - at - 2;
            Arrays.fill(d, kept, at + length, Mi.NOOP);
        }
    }

    private boolean keepLoad(int[] d, int at, int pair, int row) {
        int operand = d[pair];
        int value = d[pair + 1];
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
                    state.events.registerLoaded(state.position(at), offset, value);
                    return true;
                }
            }
            case DIRECTORY -> {
                long directory = directoryAddress(value);
                if (state.bounds.contains(directory, DIRECTORY_SPAN)) {
                    int loaded = state.events.pageDirectoryLoaded(state.position(at), value);
                    if (loaded == ScanEvents.NOT_NOW) {
                        state.stopBefore = at;
                    } else {
                        d[pair + 1] = loaded;
                    }
                    return true;
                }
                state.count(GuestFaultKind.OUT_OF_PARTITION, row, directory);
                return false;
            }
            case EMULATED -> {
                state.events.registerEmulated(state.position(at), offset, value);
                return false;
            }
            case COUNTERS -> {
                state.events.counterSetLoaded(state.position(at), offset);
                return false;
            }
            case NEVER -> {}
        }
        state.count(GuestFaultKind.PRIVILEGED_COMMAND, row, offset);
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

    private static long directoryAddress(int value) {
        return (value >>> 16) * 16L * Mi.PAGE_BYTES;
    }

    void storeRegister(int[] d, int at, int length, int row) {
        if (length != 3) {
            state.refuseMalformed(d, at, length, row);
        } else if (!state.registers.readable(d[at + 1])) {
            state.refusePrivileged(d, at, length, row, d[at + 1] & RegisterRules.OFFSET_MASK);
        } else {
            d[at + 1] = state.registers.source(d[at + 1]);
            boolean global = (d[at] & Mi.GLOBAL) != 0;
            address(d, at, length, row, global, d[at + 2] & Mi.DWORD_MASK, Integer.BYTES);
        }
    }

    void loadMemory(int[] d, int at, int length, int row) {
        if (length != 3) {
            state.refuseMalformed(d, at, length, row);
        } else if (state.registers.write(d[at + 1]) != RegisterRules.Write.PLAIN) {
            state.refusePrivileged(d, at, length, row, d[at + 1] & RegisterRules.OFFSET_MASK);
        } else {
            boolean global = (d[at] & Mi.GLOBAL) != 0;
            address(d, at, length, row, global, d[at + 2] & Mi.DWORD_MASK, Integer.BYTES);
        }
    }

    void loadRegister(int[] d, int at, int length, int row) {
        if (length != 3) {
            state.refuseMalformed(d, at, length, row);
        } else if (!state.registers.readable(d[at + 1])) {
            state.refusePrivileged(d, at, length, row, d[at + 1] & RegisterRules.OFFSET_MASK);
        } else if (state.registers.write(d[at + 2]) != RegisterRules.Write.PLAIN) {
            state.refusePrivileged(d, at, length, row, d[at + 2] & RegisterRules.OFFSET_MASK);
        } else {
            d[at + 1] = state.registers.source(d[at + 1]);
        }
    }

    void flush(int[] d, int at, int length, int row) {
        int dw0 = d[at];
        if ((dw0 & Mi.POST_SYNC_MASK) != 0) {
            if (length < 3) {
                state.refuseMalformed(d, at, length, row);
                return;
            }
            boolean global = (d[at + 1] & Mi.FLUSH_GLOBAL) != 0;
            if (!postSync(d, at, length, row, dw0, global, d[at + 1])) {
                return;
            }
        }
        if ((dw0 & Mi.POST_SYNC_NOTIFY) != 0) {
            state.events.notifyInterrupt(state.position(at));
        }
    }

    void pipeControl(int[] d, int at, int length, int row) {
        int flags = d[at + 1];
        if ((flags & Mi.POST_SYNC_MASK) != 0) {
            if (length < 4) {
                state.refuseMalformed(d, at, length, row);
                return;
            }
            boolean global = (flags & Mi.PIPE_CONTROL_GLOBAL) != 0;
            if (!postSync(d, at, length, row, flags, global, d[at + 2])) {
                return;
            }
        }
        if ((flags & Mi.POST_SYNC_NOTIFY) != 0) {
            state.events.notifyInterrupt(state.position(at));
        }
    }

    private boolean postSync(
            int[] d, int at, int length, int row, int flags, boolean global, int operand) {
        int target = operand & Mi.QWORD_MASK;
        if ((flags & Mi.POST_SYNC_INDEX) == 0) {
            return address(d, at, length, row, global, target, Long.BYTES);
        }
        if (toUnsignedLong(target) >= Mi.STATUS_PAGE_BYTES) {
            state.refuseAddress(d, at, length, row, toUnsignedLong(target));
            return false;
        }
        return true;
    }

    void cacheFlush(int[] d, int at, int length, int row) {
        boolean global = (d[at] & Mi.GLOBAL) != 0;
        int bytes = Math.max(Mi.PAGE_BYTES, (length - 2) * HALF_PAGE_BYTES);
        address(d, at, length, row, global, d[at + 1] & Mi.PAGE_MASK, bytes);
    }

    void counterReport(int[] d, int at, int length, int row) {
        boolean global = (d[at + 1] & Mi.REPORT_GLOBAL) != 0;
        address(d, at, length, row, global, d[at + 1] & -URB_BYTES, PERF_COUNT_BYTES);
    }

    void conditionalEnd(int[] d, int at, int length, int row) {
        if (length < 3) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        boolean global = (d[at] & Mi.GLOBAL) != 0;
        address(d, at, length, row, global, d[at + 2] & Mi.QWORD_MASK, Long.BYTES);
    }

    void streamerStore(int[] d, int at, int length, int row) {
        if (length < 4) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        int bytes = (length - 3) * Integer.BYTES;
        address(d, at, length, row, true, d[at + 2] & Mi.DWORD_MASK, bytes);
    }

    void urbMemory(int[] d, int at, int length, int row) {
        if (length < 3) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        address(d, at, length, row, true, d[at + 2] & -URB_BYTES, URB_BYTES);
    }

    private boolean address(
            int[] d, int at, int length, int row, boolean global, int operand, int bytes) {
        long graphicsAddress = toUnsignedLong(operand);
        if (state.reachable(global, graphicsAddress, bytes)) {
            return true;
        }
        state.refuseAddress(d, at, length, row, graphicsAddress);
        return false;
    }
}
