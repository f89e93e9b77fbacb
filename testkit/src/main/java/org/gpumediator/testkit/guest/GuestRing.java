package org.gpumediator.testkit.guest;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.gpumediator.testkit.GuestMachine;

/**
 * One ring of the driver: its memory, its registers, and the requests in it. Emits what the i915
 * driver is seen to emit around a payload: caches invalidated, address space and context loaded,
 * then the payload, then sequence number and user interrupt.
 */
final class GuestRing {

    static final int SIZE = 4 * GuestPages.PAGE;

    private static final int SEQNO = 0x100;
    private static final int SCRATCH_INDEX = 0x200;
    private static final int BREADCRUMB_REPEATS = 32;
    private static final int PSMI_SLEEP_DISABLE = 0x0001_0001;
    private static final int PSMI_SLEEP_ENABLE = 0x0001_0000;

    private final DriverEngine engine;
    private final GuestMachine machine;
    private final GuestObject ring;
    private final GuestObject status;
    private final GuestObject scratch;
    private final GuestObject context;
    private final Deque<Request> outstanding = new ArrayDeque<>();
    private int[] emitted = new int[256];
    private int length;
    private int tail;
    private int seqno;
    private boolean contextUsed;

    GuestRing(
            DriverEngine engine,
            GuestMachine machine,
            GuestObject ring,
            GuestObject status,
            GuestObject scratch,
            GuestObject context) {
        this.engine = engine;
        this.machine = machine;
        this.ring = ring;
        this.status = status;
        this.scratch = scratch;
        this.context = context;
    }

    GuestObject ring() {
        return ring;
    }

    GuestObject status() {
        return status;
    }

    int tail() {
        return tail;
    }

    Deque<Request> outstanding() {
        while (!outstanding.isEmpty() && outstanding.peek().completed()) {
            outstanding.remove();
        }
        return outstanding;
    }

    /** Returns how many bytes can be put into the ring now. */
    int space() {
        Request oldest = outstanding().peek();
        if (oldest == null) {
            return SIZE - 64;
        }
        int used = Math.floorMod(tail - oldest.head, SIZE);
        return SIZE - used - 64;
    }

    /** Puts a request around a payload into the ring, and returns it; the tail is not yet told. */
    Request put(int directoryBase, int... payload) {
        length = 0;
        emitPreamble(directoryBase);
        int payloadAt = length;
        emit(payload);
        int breadcrumbAt = length;
        int number = ++seqno;
        emitBreadcrumb(number);
        if (length % 2 != 0) {
            emit(Commands.MI_NOOP);
        }
        if (tail + 4 * length > SIZE) {
            while (tail < SIZE) {
                ring.write32(tail, Commands.MI_NOOP);
                tail += 4;
            }
            tail = 0;
        }
        int head = tail;
        for (int i = 0; i < length; i++) {
            ring.write32(tail, emitted[i]);
            tail += 4;
        }
        tail %= SIZE;
        Request request =
                new Request(
                        engine,
                        number,
                        machine,
                        status.guestPhysical(SEQNO),
                        head,
                        head + 4 * payloadAt,
                        head + 4 * breadcrumbAt,
                        tail);
        outstanding.add(request);
        return request;
    }

    /** Returns how many bytes of ring a request around a payload may take, wrapping included. */
    static int worstCase(int payloadDwords) {
        return 2 * 4 * (payloadDwords + 192);
    }

    /** Puts bare dwords into the ring, with nothing around them. */
    void putBare(int... dwords) {
        for (int dword : dwords) {
            ring.write32(tail, dword);
            tail = (tail + 4) % SIZE;
        }
    }

    private void emit(int... dwords) {
        if (length + dwords.length > emitted.length) {
            emitted = Arrays.copyOf(emitted, 2 * (length + dwords.length));
        }
        System.arraycopy(dwords, 0, emitted, length, dwords.length);
        length += dwords.length;
    }

    private void emitPreamble(int directoryBase) {
        if (engine == DriverEngine.RCS) {
            int stall = Commands.PIPE_CS_STALL | Commands.PIPE_STALL_AT_SCOREBOARD;
            emit(Commands.PIPE_CONTROL, stall, 0, 0);
            emit(Commands.PIPE_CONTROL, Commands.PIPE_INVALIDATE, scratchAddress(128), 0);
        } else {
            int invalidate =
                    Commands.FLUSH_DW_STORE_INDEX
                            | Commands.FLUSH_DW_STORE_DWORD
                            | Commands.FLUSH_DW_INVALIDATE_TLB
                            | (engine == DriverEngine.VCS ? Commands.FLUSH_DW_INVALIDATE_BSD : 0);
            emit(Commands.MI_FLUSH_DW | invalidate);
            emit(SCRATCH_INDEX | Commands.FLUSH_DW_ADDRESS_GGTT, 0, Commands.MI_NOOP);
        }
        emitProcessSpace(directoryBase);
        if (engine == DriverEngine.RCS) {
            emitContext();
        }
    }

    private void emitProcessSpace(int directoryBase) {
        int base = engine.register(Mmio.RING_PP_DIR_BASE);
        emit(Commands.loadRegisters(1), engine.register(Mmio.RING_PP_DIR_DCLV), ~0);
        emit(Commands.loadRegisters(1), base, directoryBase);
        emit(Commands.MI_STORE_REGISTER_MEM | Commands.MI_GLOBAL_GTT, base, scratchAddress(256));
        emit(
                Commands.loadRegisters(1),
                engine.register(Mmio.RING_INSTPM),
                Mmio.INSTPM_TLB_INVALIDATE);
    }

    private void emitContext() {
        emit(Commands.MI_ARB_OFF);
        emitSleepMessages(PSMI_SLEEP_DISABLE);
        int flags =
                Commands.CONTEXT_IN_GGTT
                        | Commands.CONTEXT_SAVE_EXTENDED
                        | (contextUsed
                                ? Commands.CONTEXT_RESTORE_EXTENDED
                                : Commands.CONTEXT_RESTORE_INHIBIT);
        contextUsed = true;
        emit(Commands.MI_NOOP);
        emit(Commands.MI_SET_CONTEXT, (int) context.graphicsAddress() | flags);
        emit(Commands.MI_NOOP);
        emitSleepMessages(PSMI_SLEEP_ENABLE);
        emit(
                Commands.MI_STORE_REGISTER_MEM | Commands.MI_GLOBAL_GTT,
                DriverEngine.VECS.register(Mmio.RING_PSMI_CTL),
                scratchAddress(256));
        emit(Commands.MI_NOOP, Commands.MI_ARB_ON);
    }

    private void emitSleepMessages(int value) {
        emit(Commands.loadRegisters(3));
        emit(DriverEngine.VCS.register(Mmio.RING_PSMI_CTL), value);
        emit(DriverEngine.BCS.register(Mmio.RING_PSMI_CTL), value);
        emit(DriverEngine.VECS.register(Mmio.RING_PSMI_CTL), value);
    }

    private void emitBreadcrumb(int number) {
        if (engine == DriverEngine.RCS) {
            int place = (int) status.graphicsAddress() + SEQNO;
            emit(Commands.PIPE_CONTROL, Commands.PIPE_BREADCRUMB, place, number);
        } else {
            int flags = Commands.FLUSH_DW_STORE_INDEX | Commands.FLUSH_DW_STORE_DWORD;
            emit(Commands.MI_FLUSH_DW | flags);
            emit(SEQNO | Commands.FLUSH_DW_ADDRESS_GGTT, number);
            for (int i = 0; i < BREADCRUMB_REPEATS; i++) {
                emit(Commands.MI_STORE_DATA_INDEX, SEQNO, number);
            }
            emit(Commands.MI_FLUSH_DW, 0, 0);
        }
        emit(Commands.MI_USER_INTERRUPT, Commands.MI_NOOP);
    }

    private int scratchAddress(int offset) {
        return (int) scratch.graphicsAddress() + offset;
    }

    /** Overwrites the payload of a request with commands that do nothing. */
    void blank(Request request) {
        for (int at = request.payload; at < request.breadcrumb; at += 4) {
            ring.write32(at, Commands.MI_NOOP);
        }
    }
}
