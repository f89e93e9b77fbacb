package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.gpumediator.testkit.ada.GspQueues.Message;
import org.jspecify.annotations.Nullable;

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
    static final int FALCON_MAILBOX_0 = 0x11_0040;
    static final int FALCON_MAILBOX_1 = 0x11_0044;
    static final int QUEUE_HEAD       = 0x11_0c00;
    static final int CPU_CONTROL      = 0x11_1388;
    static final int WPR2_END         = 0x1f_a828;
    static final int SEC2_MAILBOX_0   = 0x84_0040;
    static final int SEC2_MAILBOX_1   = 0x84_0044;
    static final int SEC2_CONTROL     = 0x84_0100;

    private static final int RM_CONTROL          = 76;
    private static final int RM_ALLOC            = 103;
    private static final int FREE                = 10;
    private static final int STATIC_INFO         = 65;
    private static final int SYSTEM_INFO         = 72;
    private static final int SET_REGISTRY        = 73;
    private static final int UNLOADING           = 47;
    private static final int EVENT_INIT_DONE     = 0x1001;
    private static final int EVENT_RC            = 0x1004;
    private static final int EVENT_LOG           = 0x1006;
    private static final int EVENT_UTILISATION   = 0x1008;
    private static final int EVENT_PLUGIN        = 0x100d;
    // spotless:on

    private static final long META_MAGIC = 0xdc3a_ae21_371a_60b3L;
    private static final int CPU_ACTIVE = 1 << 7;
    private static final int START_CPU = 1 << 1;
    private static final int UNLOAD = 0xff;
    private static final long BOOT_NANOS = 5_000_000;
    private static final long ANSWER_NANOS = 10_000;
    private static final long LATE_NANOS = 60_000_000_000L;
    private static final long RETRY_NANOS = 100_000;
    private static final int MESSAGE_LEAF = 7;
    private static final int STORM = 1000;
    private static final int CRASHED_NOTICE = 2;
    private static final int CHANNEL_CLASS = 0xc56f;
    private static final int DOORBELL_PLUGIN = 17;
    private static final int RUNLIST_CHANNELS = 2048;

    /** What can be wrong with a reply as it stands in the queue. */
    private static final java.util.List<GspFault> DAMAGES =
            java.util.List.of(
                    GspFault.BAD_CHECKSUM,
                    GspFault.WRONG_SEQUENCE,
                    GspFault.LOST_CONTINUATION,
                    GspFault.DUPLICATED_CONTINUATION,
                    GspFault.LONG_CONTINUATION,
                    GspFault.DAMAGED_CONTINUATION,
                    GspFault.HUGE_REPLY);

    private final FakeAda board;
    private final Map<Integer, Integer> registers = new HashMap<>();
    private final VgpuControls vgpus;
    private final SchedulerControls scheduler;
    private final Set<Integer> clients = new HashSet<>();
    private final Map<Integer, Integer> channelObjects = new HashMap<>();
    private State state = State.OFF;
    private @Nullable GspQueues queues;
    private long protectedStart;
    private long protectedLength;
    private boolean systemInfoSeen;
    private boolean registrySeen;
    private boolean flushing;
    private long commands;

    FakeGsp(FakeAda board) {
        this.board = board;
        vgpus = new VgpuControls(board);
        scheduler = new SchedulerControls(board);
    }

    // ---- what tests ask, all under the board's lock

    State stateNow() {
        return state;
    }

    Map<Integer, PluginTask> plugins() {
        return vgpus.plugins();
    }

    int clients() {
        return clients.size();
    }

    long commands() {
        return commands;
    }

    int schedulerPolicy() {
        return scheduler.policy();
    }

    boolean mixedSizes() {
        return vgpus.mixedSizes();
    }

    boolean ownsChannel(int gfid, int channel) {
        PluginTask task = plugins().get(gfid);
        return task != null
                && task.state() == PluginTask.State.ACTIVE
                && channel >= task.grant().channelOffset()
                && channel < task.grant().channelOffset() + task.grant().channels();
    }

    // ---- registers

    int read(int offset) {
        return switch (offset) {
            case CPU_CONTROL ->
                    state == State.BOOTING || state == State.RUNNING ? CPU_ACTIVE : 1 << 4;
            case WPR2_END ->
                    protectedLength == 0 ? 0 : (int) (protectedStart + protectedLength >>> 12) << 4;
            case SEC2_CONTROL -> 1 << 4;
            default -> registers.getOrDefault(offset, 0);
        };
    }

    void write(int offset, int value) {
        registers.put(offset, value);
        if (offset == SEC2_CONTROL && (value & START_CPU) != 0) {
            startBooter();
        } else if (offset == QUEUE_HEAD && (state == State.BOOTING || state == State.RUNNING)) {
            board.agenda().after(ANSWER_NANOS, this::serve);
        } else if (offset == 0x11_03c0 && (value & 1) != 0) {
            powerOff();
        }
    }

    void powerOff() {
        state = State.OFF;
        queues = null;
        protectedLength = 0;
        systemInfoSeen = false;
        registrySeen = false;
        vgpus.reset();
        scheduler.reset();
        clients.clear();
        channelObjects.clear();
        registers.clear();
        board.copyEngine().reset();
        board.engine().reset();
    }

    /** Stops for good, until the board is reset. */
    void crash() {
        state = State.CRASHED;
        queues = null;
    }

    private void startBooter() {
        long meta = wide(SEC2_MAILBOX_0, SEC2_MAILBOX_1);
        if ((meta & 0xffff_ffffL) == UNLOAD) {
            if (state == State.OFF) {
                protectedLength = 0;
            }
            registers.put(SEC2_MAILBOX_0, 0);
            return;
        }
        long arguments = wide(FALCON_MAILBOX_0, FALCON_MAILBOX_1);
        DmaSpace dma = board.dma();
        boolean legal =
                state == State.OFF
                        && dma.readLong(meta) == META_MAGIC
                        && dma.readLong(meta + 8) == 1
                        && !board.faults().strikes(GspFault.BOOTER_FAILS, GspFaults.ANY);
        GspQueues shared = legal ? attach(arguments) : null;
        if (shared == null) {
            registers.put(SEC2_MAILBOX_0, 0x55);
            return;
        }
        registers.put(SEC2_MAILBOX_0, 0);
        protectedStart = dma.readLong(meta + 14 * 8);
        protectedLength = dma.readLong(meta + 21 * 8) - protectedStart;
        state = State.BOOTING;
        board.agenda().after(BOOT_NANOS, () -> started(shared));
    }

    private long wide(int low, int high) {
        return (long) registers.getOrDefault(high, 0) << 32
                | Integer.toUnsignedLong(registers.getOrDefault(low, 0));
    }

    /** Follows the table of arguments to the shared memory. */
    private @Nullable GspQueues attach(long table) {
        DmaSpace dma = board.dma();
        long wanted = name("RMARGS");
        for (int i = 0; i < 16; i++) {
            long entry = table + 32L * i;
            long id = dma.readLong(entry);
            if (id == wanted) {
                long record = dma.readLong(entry + 8);
                long base = dma.readLong(record);
                int pages = dma.readInt(record + 8);
                if (pages != 129
                        || dma.readLong(base) != base
                        || dma.readLong(base + 8 * 128L) != base + 128 * 4096L) {
                    return null;
                }
                return new GspQueues(
                        dma, base + dma.readLong(record + 16), base + dma.readLong(record + 24));
            }
            if (id == 0 || id == -1) {
                return null;
            }
        }
        return null;
    }

    /** Packs up to eight letters, the first one highest. */
    static long name(String letters) {
        long packed = 0;
        for (int i = 0; i < letters.length(); i++) {
            packed = packed << 8 | letters.charAt(i);
        }
        return packed;
    }

    private void started(GspQueues shared) {
        if (state != State.BOOTING) {
            return;
        }
        queues = shared;
        if (board.faults().strikes(GspFault.NO_STATUS_QUEUE, GspFaults.ANY)) {
            return;
        }
        shared.publish();
        serve();
        if (!systemInfoSeen || !registrySeen) {
            crash();
            return;
        }
        if (!board.faults().strikes(GspFault.NO_INIT_DONE, GspFaults.ANY)) {
            state = State.RUNNING;
            event(EVENT_INIT_DONE, new byte[4]);
        }
    }

    // ---- RPC

    private void serve() {
        GspQueues at = queues;
        if (at == null || state != State.BOOTING && state != State.RUNNING) {
            return;
        }
        for (Message next = at.receive(); next != null; next = at.receive()) {
            commands++;
            serve(at, next);
            if (queues != at) {
                return;
            }
        }
    }

    private void serve(GspQueues at, Message message) {
        int function = message.function();
        ByteBuffer body = message.payload();
        int request = function == RM_CONTROL && body.limit() >= 24 ? body.getInt(8) : function;
        board.orders()
                .add(
                        function == RM_CONTROL
                                ? "control 0x" + Integer.toHexString(request)
                                : "call " + function);
        GspFaults faults = board.faults();
        if (faults.strikes(GspFault.CRASH, request)) {
            crash();
            return;
        }
        boolean wrong = faults.strikes(GspFault.ERROR_STATUS, request);
        byte[] reply = answer(function, body, wrong);
        if (message.sequence() == 0 && (function == SYSTEM_INFO || function == SET_REGISTRY)) {
            return;
        }
        if (faults.strikes(GspFault.LOST_REPLY, request)) {
            return;
        }
        if (faults.strikes(GspFault.EVENT_BEFORE_REPLY, request)) {
            event(EVENT_LOG, new byte[16]);
        }
        if (faults.strikes(GspFault.EVENT_STORM, request)) {
            for (int i = 0; i < STORM; i++) {
                event(EVENT_UTILISATION, new byte[32]);
            }
        }
        GspFault fault = DAMAGES.stream()
                .filter(each -> faults.strikes(each, request))
                .findFirst()
                .orElse(null);
        if (fault == GspFault.HUGE_REPLY) {
            GspQueues.little(reply).putInt(16, -32);
        }
        long delay = faults.strikes(GspFault.LATE_REPLY, request) ? LATE_NANOS : ANSWER_NANOS;
        board.agenda()
                .after(
                        delay,
                        () -> {
                            if (queues == at) {
                                post(function, message.sequence(), reply, fault);
                                if (function == UNLOADING) {
                                    board.agenda().after(RETRY_NANOS, () -> stopped(at));
                                }
                            }
                        });
    }

    private void stopped(GspQueues at) {
        if (queues == at && state == State.RUNNING) {
            state = State.OFF;
        }
    }

    private byte[] answer(int function, ByteBuffer body, boolean wrong) {
        return switch (function) {
            case RM_CONTROL -> control(body, wrong);
            case RM_ALLOC -> allocate(body, wrong);
            case FREE -> free(body, wrong);
            case STATIC_INFO -> staticInfo();
            case SYSTEM_INFO -> {
                systemInfoSeen = true;
                yield new byte[4];
            }
            case SET_REGISTRY -> {
                registrySeen = true;
                yield new byte[4];
            }
            default -> new byte[4];
        };
    }

    private void event(int number, byte[] payload) {
        post(number, 0, payload, null);
    }

    private void post(int function, int sequence, byte[] payload, @Nullable GspFault fault) {
        GspQueues at = queues;
        if (at == null) {
            return;
        }
        at.send(function, sequence, payload, fault);
        board.physical().raise(MESSAGE_LEAF, 0);
        scheduleFlush(at);
    }

    private void scheduleFlush(GspQueues at) {
        if (!flushing && at.flush()) {
            flushing = true;
            board.agenda()
                    .after(
                            RETRY_NANOS,
                            () -> {
                                flushing = false;
                                if (queues == at) {
                                    scheduleFlush(at);
                                }
                            });
        }
    }

    private byte[] staticInfo() {
        ByteBuffer info = GspQueues.little(new byte[64]);
        info.putInt(AdaConfig.TOTAL_VFS).putInt(AdaConfig.FIRST_VF);
        info.putLong(board.model().framebufferBytes());
        info.putInt(RUNLIST_CHANNELS).putInt(AdaConfig.TOTAL_VFS);
        info.putInt(0xffff).putInt(0).putInt(0);
        info.putInt(board.isErrorCorrecting() ? 1 : 0);
        info.putInt(0xc100_0000).putInt(0xc100_0001).putInt(0xc100_0002);
        return info.array();
    }

    private byte[] control(ByteBuffer body, boolean wrong) {
        if (body.limit() < 24 || body.getInt(16) != body.limit() - 24) {
            return new byte[24];
        }
        ByteBuffer parameters = GspQueues.little(new byte[body.getInt(16)]);
        body.get(24, parameters.array());
        int status =
                wrong
                        ? GspStatus.INJECTED
                        : state != State.RUNNING
                                ? GspStatus.BAD_STATE
                                : !isClient(body.getInt(0))
                                        ? GspStatus.BAD_CLIENT
                                        : carryOut(body.getInt(8), parameters);
        body.putInt(12, status);
        body.put(24, parameters.array());
        return body.array();
    }

    private int carryOut(int command, ByteBuffer parameters) {
        ControlTable.Control control = vgpus.find(command);
        if (control == null) {
            control = scheduler.find(command);
        }
        return control == null ? GspStatus.NOT_SUPPORTED : control.run(parameters);
    }

    private boolean isClient(int handle) {
        return handle == 0xc100_0000 || clients.contains(handle);
    }

    private byte[] allocate(ByteBuffer body, boolean wrong) {
        if (body.limit() < 32) {
            return body.array();
        }
        int client = body.getInt(0);
        int object = body.getInt(8);
        int classId = body.getInt(12);
        int status = wrong ? GspStatus.INJECTED : GspStatus.NOT_SUPPORTED;
        if (!wrong && classId == 0) {
            status = clients.add(object) ? GspStatus.OK : GspStatus.IN_USE;
        } else if (!wrong && classId == CHANNEL_CLASS && body.limit() >= 48) {
            boolean fits = body.getInt(32) >= 0 && body.getInt(32) < RUNLIST_CHANNELS;
            status =
                    !isClient(client) || !fits
                            ? GspStatus.BAD_ARGUMENT
                            : board.copyEngine().open(body.getInt(32), body.getLong(40))
                                    ? GspStatus.OK
                                    : GspStatus.IN_USE;
            if (status == GspStatus.OK) {
                channelObjects.put(object, body.getInt(32));
            }
        }
        body.putInt(16, status);
        return body.array();
    }

    private byte[] free(ByteBuffer body, boolean wrong) {
        if (body.limit() < 16) {
            return body.array();
        }
        int object = body.getInt(8);
        Integer channel = wrong ? null : channelObjects.remove(object);
        int status = GspStatus.OK;
        if (wrong) {
            status = GspStatus.INJECTED;
        } else if (channel != null) {
            board.copyEngine().close(channel);
        } else if (!clients.remove(object)) {
            status = GspStatus.NOT_FOUND;
        }
        body.putInt(12, status);
        return body.array();
    }

    /** Returns whether a range of the framebuffer is the firmware's own in part. */
    boolean isProtected(long start, long length) {
        return PluginTask.overlap(start, length, protectedStart, protectedLength);
    }

    // ---- doorbells and events

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
        int bit = value & 31;
        if (task != null && value >>> 5 == gfid && (bit == 0 || bit == 1)) {
            task.guestMessage();
        }
    }

    void pluginCrashed(int gfid) {
        ByteBuffer notice = GspQueues.little(new byte[8]);
        notice.putInt(gfid).putInt(CRASHED_NOTICE);
        event(EVENT_PLUGIN, notice.array());
    }

    /** Reports an exception of a channel. Scope 0 kills that channel's owner. */
    void robustChannel(int gfid, int channel, int exception, int level) {
        ByteBuffer notice = GspQueues.little(new byte[24]);
        notice.putInt(1).putInt(channel).putInt(gfid).putInt(exception).putInt(level).putInt(0);
        event(EVENT_RC, notice.array());
    }

    @Override
    public String toString() {
        return "firmware " + state + ", plugins " + plugins().keySet();
    }
}
