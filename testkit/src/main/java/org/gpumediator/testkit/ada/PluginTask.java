package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * The firmware task of one virtual GPU: its communication area at the start of its heap, and its
 * answers to messages.
 *
 * <p>Source: communication area and messages of the open vGPU manager series, layout version 1.
 */
final class PluginTask {

    enum State {
        BOOTLOADING,
        BOOTED,
        NEGOTIATED,
        ACTIVE,
        STOPPED,
        SHUTDOWN,
        CRASHED
    }

    /** What the firmware was told at boot load. */
    record Grant(
            int gfid,
            int type,
            String name,
            int channels,
            int channelOffset,
            long framebufferStart,
            long framebufferLength,
            long heapStart,
            long heapLength) {}

    static final int MARKER = 0x4e65_4a6f;

    private static final long AREA_BYTES = 0x27_4000;
    private static final int CONTROL_TYPE = 0x0004;
    private static final int CONTROL_SEQUENCE = 0x0008;
    private static final int CONTROL_MIGRATED = 0x0030;
    private static final int RESPONSE_RECEIVED = 0x1000;
    private static final int RESPONSE_PROCESSED = 0x1004;
    private static final int RESPONSE_RESULT = 0x1008;
    private static final int RESPONSE_MIGRATED = 0x1010;
    private static final int RESPONSE_SAVED = 0x1014;
    private static final int MESSAGE = 0x2000;
    private static final int MIGRATION = 0x3000;
    private static final int ERRORS = 0x20_3000;
    private static final int STATE_BYTES = 64 << 10;
    private static final int STATE_MAGIC = 0x5453_4756;

    private static final long BOOT_NANOS = 2_000_000;
    private static final long ANSWER_NANOS = 20_000;
    private static final long LATE_NANOS = 300_000_000_000L;

    private static final int BAD_VERSION = 0x1f;
    private static final int NEWEST_VERSION = 1;

    private interface Handler {
        int handle(PluginTask task);
    }

    // spotless:off
    private static final Map<Integer, Handler> MESSAGES = Map.ofEntries(
            Map.entry(1,  PluginTask::negotiate),
            Map.entry(2,  PluginTask::configure),
            Map.entry(3,  PluginTask::resetWork),
            Map.entry(4,  PluginTask::stopWork),
            Map.entry(5,  PluginTask::resumeWork),
            Map.entry(6,  PluginTask::saveState),
            Map.entry(7,  PluginTask::stayStopped),
            Map.entry(8,  PluginTask::restoreState),
            Map.entry(9,  PluginTask::stayStopped),
            Map.entry(10, PluginTask::resumeWork),
            Map.entry(11, PluginTask::acknowledge),
            Map.entry(13, PluginTask::busMaster),
            Map.entry(14, PluginTask::acknowledge));
    // spotless:on

    private final Board board;
    private final Grant grant;
    private State state = State.BOOTLOADING;
    private int received;
    private boolean busMastering;
    private final GuestService guest;
    private int heldDoorbells;
    private long resets;

    PluginTask(Board board, Grant grant) {
        this.board = board;
        this.grant = grant;
        guest =
                new GuestService(
                        board,
                        new GuestFacts.Vgpu(
                                grant.name,
                                grant.framebufferLength,
                                board.model().segmentBytes(),
                                grant.channels,
                                grant.gfid,
                                board.model().deviceId()));
        if (!board.faults().strikes(GspFault.DROPPED_MARKER, GspFaults.ANY)) {
            board.agenda().after(BOOT_NANOS, this::booted);
        }
    }

    private void booted() {
        if (state == State.BOOTLOADING) {
            state = State.BOOTED;
            area(CONTROL_SEQUENCE, MARKER);
        }
    }

    Grant grant() {
        return grant;
    }

    State state() {
        return state;
    }

    boolean isBusMaster() {
        return busMastering;
    }

    long resets() {
        return resets;
    }

    GuestService guest() {
        return guest;
    }

    /**
     * The guest has rung: 0 to set its buffers up or take them away, 1 for a message. Work that is
     * stopped waits, of each kind one doorbell, as on the chip: they are bits.
     */
    void guestDoorbell(int handle) {
        if (state == State.STOPPED) {
            heldDoorbells |= 1 << handle;
        } else if (state == State.ACTIVE && busMastering) {
            if (handle == 0) {
                guest.setUp();
            } else {
                guest.message();
            }
        }
    }

    /** Its function is reset: nothing that the guest had set up is there any more. */
    void functionReset() {
        heldDoorbells = 0;
        guest.forget();
    }

    void shutDown() {
        state = State.SHUTDOWN;
        functionReset();
        board.engine().forget(grant.gfid);
    }

    void crash() {
        state = State.CRASHED;
        functionReset();
        board.engine().forget(grant.gfid);
        area(ERRORS, 78);
    }

    private int area(int offset) {
        return board.framebuffer().readInt(grant.heapStart + offset);
    }

    private void area(int offset, int value) {
        board.framebuffer().writeInt(grant.heapStart + offset, value);
    }

    /** The host has rung the doorbell. */
    void doorbell() {
        int sequence = area(CONTROL_SEQUENCE);
        if (state == State.BOOTLOADING
                || state == State.SHUTDOWN
                || state == State.CRASHED
                || sequence == MARKER
                || sequence == received) {
            return;
        }
        received = sequence;
        int type = area(CONTROL_TYPE);
        board.orders().add("message " + type + " to " + grant.gfid);
        area(RESPONSE_RECEIVED, sequence);
        GspFaults faults = board.faults();
        if (faults.strikes(GspFault.PLUGIN_CRASH, type)) {
            crash();
            board.gsp().pluginCrashed(grant.gfid);
            return;
        }
        boolean silent = faults.strikes(GspFault.LOST_PLUGIN_REPLY, type);
        boolean late = faults.strikes(GspFault.LATE_PLUGIN_REPLY, type);
        boolean wrong = faults.strikes(GspFault.PLUGIN_ERROR, type);
        board.agenda()
                .after(
                        late ? LATE_NANOS : ANSWER_NANOS,
                        () -> answer(sequence, type, wrong, silent));
    }

    private void answer(int sequence, int type, boolean wrong, boolean silent) {
        if (state == State.SHUTDOWN || state == State.CRASHED) {
            return;
        }
        Handler handler = MESSAGES.get(type);
        int result =
                wrong
                        ? GspStatus.INJECTED
                        : handler == null ? GspStatus.NOT_SUPPORTED : handler.handle(this);
        if (!silent) {
            area(RESPONSE_RESULT, result);
            area(RESPONSE_PROCESSED, sequence);
        }
    }

    private int negotiate() {
        if (state != State.BOOTED) {
            return GspStatus.BAD_STATE;
        }
        int wanted = area(MESSAGE);
        if (wanted < 1) {
            return BAD_VERSION;
        }
        boolean wrong = board.faults().strikes(GspFault.WRONG_VERSION, GspFaults.ANY);
        area(MESSAGE + 4, wrong ? wanted + 7 : Math.min(wanted, NEWEST_VERSION));
        state = State.NEGOTIATED;
        return GspStatus.OK;
    }

    private int configure() {
        if (state != State.NEGOTIATED) {
            return GspStatus.BAD_STATE;
        }
        boolean same =
                area(MESSAGE + 28) == grant.type
                        && area(MESSAGE + 40) == grant.channels
                        && area(MESSAGE + 64) == 4096;
        if (!same) {
            return BAD_VERSION;
        }
        state = State.ACTIVE;
        return GspStatus.OK;
    }

    private int resetWork() {
        if (state != State.ACTIVE && state != State.STOPPED) {
            return GspStatus.BAD_STATE;
        }
        state = State.ACTIVE;
        board.engine().forget(grant.gfid);
        resets++;
        functionReset();
        return GspStatus.OK;
    }

    private int stopWork() {
        if (state != State.ACTIVE) {
            return GspStatus.BAD_STATE;
        }
        state = State.STOPPED;
        board.engine().stop(grant.gfid, true);
        guest.channels().stop(true);
        return GspStatus.OK;
    }

    private int resumeWork() {
        if (state != State.STOPPED) {
            return GspStatus.BAD_STATE;
        }
        state = State.ACTIVE;
        board.engine().stop(grant.gfid, false);
        guest.channels().stop(false);
        int held = heldDoorbells;
        heldDoorbells = 0;
        for (int handle = 0; handle < 2; handle++) {
            if ((held >>> handle & 1) != 0) {
                guestDoorbell(handle);
            }
        }
        return GspStatus.OK;
    }

    private int stayStopped() {
        return state == State.STOPPED ? GspStatus.OK : GspStatus.BAD_STATE;
    }

    private int acknowledge() {
        return state == State.ACTIVE || state == State.STOPPED ? GspStatus.OK : GspStatus.BAD_STATE;
    }

    private int busMaster() {
        if (state != State.ACTIVE) {
            return GspStatus.BAD_STATE;
        }
        busMastering = area(MESSAGE) != 0;
        area(MESSAGE + 4, 1);
        return GspStatus.OK;
    }

    /** Its state: what it is, then scratch registers of the function. */
    private int saveState() {
        if (state != State.STOPPED) {
            return GspStatus.BAD_STATE;
        }
        ByteBuffer bytes = GspQueues.little(new byte[STATE_BYTES]);
        bytes.putInt(STATE_MAGIC).putInt(grant.type).putInt(busMastering ? 1 : 0);
        for (int i = 0; i < STATE_BYTES; i += 4) {
            area(MIGRATION + i, bytes.getInt(i));
        }
        area(RESPONSE_MIGRATED, STATE_BYTES);
        area(RESPONSE_SAVED, 1);
        return GspStatus.OK;
    }

    private int restoreState() {
        if (state != State.STOPPED) {
            return GspStatus.BAD_STATE;
        }
        boolean sound =
                area(CONTROL_MIGRATED) == STATE_BYTES
                        && area(MIGRATION) == STATE_MAGIC
                        && area(MIGRATION + 4) == grant.type;
        if (!sound) {
            return BAD_VERSION;
        }
        busMastering = area(MIGRATION + 8) != 0;
        return GspStatus.OK;
    }

    boolean overlaps(Grant other) {
        return overlap(
                        grant.framebufferStart,
                        grant.framebufferLength,
                        other.framebufferStart,
                        other.framebufferLength)
                || overlap(
                        grant.framebufferStart,
                        grant.framebufferLength,
                        other.heapStart,
                        other.heapLength)
                || overlap(
                        grant.heapStart,
                        grant.heapLength,
                        other.framebufferStart,
                        other.framebufferLength)
                || overlap(grant.heapStart, grant.heapLength, other.heapStart, other.heapLength)
                || overlap(
                        grant.channelOffset, grant.channels, other.channelOffset, other.channels);
    }

    static boolean overlap(long a, long aLength, long b, long bLength) {
        return a < b + bLength && b < a + aLength;
    }

    static boolean isHeapLargeEnough(long length) {
        return length >= AREA_BYTES;
    }

    @Override
    public String toString() {
        return grant + " " + state + Arrays.asList(busMastering, guest.requests());
    }
}
