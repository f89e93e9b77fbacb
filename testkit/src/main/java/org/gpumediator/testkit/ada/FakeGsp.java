package org.gpumediator.testkit.ada;

import java.util.HashMap;
import java.util.Map;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspBootStructures.MemoryLayout;
import org.gpumediator.testkit.ada.GspEventStructures.PluginNotice;
import org.gpumediator.testkit.ada.GspEventStructures.RobustChannel;

/**
 * The firmware of a {@link FakeAda}: boots, serves RPC over the shared queues, runs one task for
 * each virtual GPU, and goes wrong on demand.
 *
 * <p>Source: boot and RPC facts of the open drivers, 570 layouts. It checks what it is given as the
 * chip's firmware would, and more.
 */
public final class FakeGsp {

    /** Where the firmware is in its life. */
    public enum State {
        OFF,
        BOOTING,
        RUNNING,
        CRASHED
    }

    // spotless:off
    static final int FALCON_MAILBOX_0        = 0x11_0040;
    static final int FALCON_MAILBOX_1        = 0x11_0044;
    static final int QUEUE_HEAD              = 0x11_0c00;
    static final int CPU_CONTROL             = 0x11_1388;
    static final int WPR2_END                = 0x1f_a828;
    static final int SEC2_MAILBOX_0          = 0x84_0040;
    static final int SEC2_MAILBOX_1          = 0x84_0044;
    static final int SEC2_CONTROL            = 0x84_0100;
    private static final int ENGINE_RESET    = 0x11_03c0;

    private static final int CPU_ACTIVE      = 1 << 7;
    private static final int CPU_HALTED      = 1 << 4;
    private static final int START_CPU       = 1 << 1;
    private static final int UNLOAD          = 0xff;
    private static final int BOOTER_ERROR    = 0x55;
    private static final int CRASHED_NOTICE  = 2;
    private static final int DOORBELL_PLUGIN = 17;
    // spotless:on

    private static final int GRAPHICS = 1;
    private static final long META_MAGIC = 0xdc3a_ae21_371a_60b3L;
    private static final long BOOT_NANOS = 5_000_000;

    private final Board board;
    private final Map<Integer, Integer> registers = new HashMap<>();
    private final GspCalls calls;
    private final GspConversation conversation;
    private State state = State.OFF;
    private long protectedStart;
    private long protectedLength;

    FakeGsp(Board board) {
        this.board = board;
        calls = new GspCalls(board, this);
        conversation = new GspConversation(board, this, calls);
    }

    // ---- registers

    int read(int offset) {
        return switch (offset) {
            case CPU_CONTROL -> listens() ? CPU_ACTIVE : CPU_HALTED;
            case WPR2_END ->
                    protectedLength == 0 ? 0 : (int) (protectedStart + protectedLength >>> 12) << 4;
            case SEC2_CONTROL -> CPU_HALTED;
            default -> registers.getOrDefault(offset, 0);
        };
    }

    void write(int offset, int value) {
        registers.put(offset, value);
        if (offset == SEC2_CONTROL && (value & START_CPU) != 0) {
            startBooter();
        } else if (offset == QUEUE_HEAD && listens()) {
            conversation.ring();
        } else if (offset == ENGINE_RESET && (value & 1) != 0) {
            powerOff();
        }
    }

    // ---- life

    private void startBooter() {
        long meta = wide(SEC2_MAILBOX_0, SEC2_MAILBOX_1);
        if ((meta & 0xffff_ffffL) == UNLOAD) {
            if (state == State.OFF) {
                protectedLength = 0;
            }
            registers.put(SEC2_MAILBOX_0, 0);
            return;
        }
        DmaSpace dma = board.dma();
        boolean legal =
                state == State.OFF
                        && dma.readLong(meta + MemoryLayout.MAGIC.offset()) == META_MAGIC
                        && dma.readLong(meta + MemoryLayout.REVISION.offset()) == 1
                        && !board.faults().strikes(GspFault.BOOTER_FAILS, GspFaults.ANY);
        GspQueues queues =
                legal ? GspHandover.queues(dma, wide(FALCON_MAILBOX_0, FALCON_MAILBOX_1)) : null;
        if (queues == null) {
            registers.put(SEC2_MAILBOX_0, BOOTER_ERROR);
            return;
        }
        registers.put(SEC2_MAILBOX_0, 0);
        protectedStart = dma.readLong(meta + MemoryLayout.GSP_FW_WPR_START.offset());
        protectedLength =
                dma.readLong(meta + MemoryLayout.GSP_FW_WPR_END.offset()) - protectedStart;
        state = State.BOOTING;
        board.agenda().after(BOOT_NANOS, () -> started(queues));
    }

    private long wide(int low, int high) {
        return (long) registers.getOrDefault(high, 0) << 32
                | Integer.toUnsignedLong(registers.getOrDefault(low, 0));
    }

    private void started(GspQueues queues) {
        if (state != State.BOOTING) {
            return;
        }
        conversation.open(queues);
        if (board.faults().strikes(GspFault.NO_STATUS_QUEUE, GspFaults.ANY)) {
            return;
        }
        queues.publish();
        conversation.serve();
        if (!calls.isToldOfTheSystem()) {
            crash();
            return;
        }
        if (!board.faults().strikes(GspFault.NO_INIT_DONE, GspFaults.ANY)) {
            state = State.RUNNING;
            conversation.event(GspConversation.EVENT_INIT_DONE, new byte[4]);
        }
    }

    /** Returns whether it takes commands. */
    boolean listens() {
        return state == State.BOOTING || state == State.RUNNING;
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    /** The driver has asked it to stop. */
    void unloaded() {
        if (state == State.RUNNING) {
            state = State.OFF;
        }
    }

    /** Stops for good, until the board is reset. */
    void crash() {
        state = State.CRASHED;
        conversation.close();
    }

    void powerOff() {
        state = State.OFF;
        conversation.close();
        protectedLength = 0;
        calls.reset();
        registers.clear();
        board.copyEngine().reset();
        board.engine().reset();
    }

    // ---- doorbells

    /** A privileged doorbell of the physical function. */
    void hostDoorbell(int value) {
        PluginTask task = plugins().get(value >>> 5);
        if (state == State.RUNNING && task != null && (value & 31) == DOORBELL_PLUGIN) {
            task.doorbell();
        }
    }

    /** A privileged doorbell of a virtual function: set-up and messages of its guest. */
    void guestDoorbell(int gfid, int value) {
        PluginTask task = plugins().get(gfid);
        if (state == State.RUNNING && task != null && (value == 0 || value == 1)) {
            task.guestDoorbell(value);
        }
    }

    /** A virtual function has rung a channel of a copy engine; answers whether it is there. */
    boolean ringGuestChannel(int gfid, int token) {
        PluginTask task = plugins().get(gfid);
        return task != null && task.guest().channels().ring(token);
    }

    /** A virtual function is being reset. */
    void functionReset(int gfid) {
        PluginTask task = plugins().get(gfid);
        if (task != null) {
            task.functionReset();
        }
    }

    // ---- events

    /** Tells the driver that a task has stopped. */
    void pluginCrashed(int gfid) {
        WireView notice = PluginNotice.LAYOUT.allocate();
        notice.put(PluginNotice.GFID, gfid).put(PluginNotice.NOTIFY_INDEX, CRASHED_NOTICE);
        conversation.event(GspConversation.EVENT_PLUGIN, notice.array());
    }

    /** Reports an exception of a channel. Scope 0 kills that channel's owner. */
    void robustChannel(int gfid, int channel, int exception, int level) {
        WireView notice = RobustChannel.LAYOUT.allocate();
        notice.put(RobustChannel.ENGINE_TYPE, GRAPHICS)
                .put(RobustChannel.CHID, channel)
                .put(RobustChannel.GFID, gfid)
                .put(RobustChannel.EXCEPT_LEVEL, level)
                .put(RobustChannel.EXCEPT_TYPE, exception);
        conversation.event(GspConversation.EVENT_RC, notice.array());
    }

    // ---- what others ask, all under the board's lock

    State stateNow() {
        return state;
    }

    Map<Integer, PluginTask> plugins() {
        return calls.plugins();
    }

    int clients() {
        return calls.objects().clients();
    }

    long commands() {
        return conversation.commands();
    }

    int schedulerPolicy() {
        return calls.schedulerPolicy();
    }

    boolean mixedSizes() {
        return calls.mixedSizes();
    }

    /**
     * Returns the channel id of a runlist that a virtual GPU's own channel has; -1 if it has no
     * such channel, or none of them is open.
     */
    int channel(int gfid, int own) {
        PluginTask task = plugins().get(gfid);
        return task != null
                        && task.state() == PluginTask.State.ACTIVE
                        && own < task.grant().channels()
                ? task.grant().channelOffset() + own
                : -1;
    }

    /** Returns whether a range of the framebuffer is the firmware's own in part. */
    boolean isProtected(long start, long length) {
        return PluginTask.overlap(start, length, protectedStart, protectedLength);
    }

    @Override
    public String toString() {
        return "firmware " + state + ", plugins " + plugins().keySet();
    }
}
