package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.util.List;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspEventStructures.ErrorLog;
import org.gpumediator.testkit.ada.GspObjectStructures.Control;
import org.gpumediator.testkit.ada.GspQueues.Message;
import org.jspecify.annotations.Nullable;

/**
 * The firmware's side of the shared queues: takes commands, replies, tells of events; and replies
 * late, wrong or not at all on demand.
 */
final class GspConversation {

    // spotless:off
    static final int EVENT_INIT_DONE           = 0x1001;
    static final int EVENT_RC                  = 0x1004;
    static final int EVENT_PLUGIN              = 0x100d;
    private static final int EVENT_LOG         = 0x1006;
    private static final int EVENT_UTILISATION = 0x1008;
    // spotless:on

    private static final long ANSWER_NANOS = 10_000;
    private static final long LATE_NANOS = 60_000_000_000L;
    private static final long RETRY_NANOS = 100_000;
    private static final int MESSAGE_LEAF = 7;
    private static final int STORM = 1000;
    private static final int GRAPHICS_EXCEPTION = 13;
    private static final int CONTROL_HEADER = Control.LAYOUT.bytes();
    private static final int LENGTH_AT = Control.PARAMS_SIZE.offset();

    /** What can be wrong with a reply as it stands in the queue. */
    private static final List<GspFault> DAMAGES =
            List.of(
                    GspFault.BAD_CHECKSUM,
                    GspFault.WRONG_SEQUENCE,
                    GspFault.LOST_CONTINUATION,
                    GspFault.DUPLICATED_CONTINUATION,
                    GspFault.LONG_CONTINUATION,
                    GspFault.DAMAGED_CONTINUATION,
                    GspFault.HUGE_REPLY);

    private final Board board;
    private final FakeGsp firmware;
    private final GspCalls calls;
    private @Nullable GspQueues queues;
    private boolean flushing;
    private boolean stuck;
    private long commands;

    GspConversation(Board board, FakeGsp firmware, GspCalls calls) {
        this.board = board;
        this.firmware = firmware;
        this.calls = calls;
    }

    void open(GspQueues shared) {
        stuck = false;
        queues = shared;
    }

    void close() {
        queues = null;
        flushing = false;
    }

    long commands() {
        return commands;
    }

    // ---- commands

    /** The driver has rung: takes what is queued, in a while. */
    void ring() {
        board.agenda().after(ANSWER_NANOS, this::serve);
    }

    /** Takes what is queued. */
    void serve() {
        GspQueues at = queues;
        if (at == null || !firmware.listens() || stuck) {
            return;
        }
        if (firmware.isRunning()
                && board.faults().strikes(GspFault.COMMANDS_NOT_TAKEN, GspFaults.ANY)) {
            stuck = true;
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
        int request =
                function == GspCalls.RM_CONTROL && body.limit() >= CONTROL_HEADER
                        ? body.getInt(Control.CMD.offset())
                        : function;
        board.orders()
                .add(
                        function == GspCalls.RM_CONTROL
                                ? "control 0x" + Integer.toHexString(request)
                                : "call " + function);
        GspFaults faults = board.faults();
        if (faults.strikes(GspFault.CRASH, request)) {
            firmware.crash();
            return;
        }
        boolean wrong = faults.strikes(GspFault.ERROR_STATUS, request);
        GspCalls.Reply reply = calls.answer(function, body, wrong);
        boolean wantsNone =
                message.sequence() == 0
                        && (function == GspCalls.SYSTEM_INFO || function == GspCalls.SET_REGISTRY);
        if (wantsNone || faults.strikes(GspFault.LOST_REPLY, request)) {
            return;
        }
        tellOfOthers(request);
        GspFault damage = damage(function, reply, request);
        if (damage == GspFault.HUGE_REPLY) {
            GspQueues.little(reply.body()).putInt(LENGTH_AT, -32);
        }
        long delay = faults.strikes(GspFault.LATE_REPLY, request) ? LATE_NANOS : ANSWER_NANOS;
        board.agenda().after(delay, () -> reply(at, message, reply, damage));
    }

    private @Nullable GspFault damage(int function, GspCalls.Reply reply, int request) {
        for (GspFault each : DAMAGES) {
            boolean possible = each != GspFault.HUGE_REPLY || hasLength(function, reply.body());
            if (possible && board.faults().strikes(each, request)) {
                return each;
            }
        }
        return null;
    }

    /** Returns whether a reply says of itself how long it is. */
    private static boolean hasLength(int function, byte[] reply) {
        return function == GspCalls.RM_CONTROL && reply.length >= CONTROL_HEADER;
    }

    private void tellOfOthers(int request) {
        if (board.faults().strikes(GspFault.EVENT_BEFORE_REPLY, request)) {
            WireView log = ErrorLog.LAYOUT.allocate();
            log.put(ErrorLog.EXCEPT_TYPE, GRAPHICS_EXCEPTION).put(ErrorLog.ERR_STRING, "told of");
            event(EVENT_LOG, log.array());
        }
        if (board.faults().strikes(GspFault.EVENT_STORM, request)) {
            for (int i = 0; i < STORM; i++) {
                event(EVENT_UTILISATION, new byte[32]);
            }
        }
    }

    private void reply(
            GspQueues at, Message message, GspCalls.Reply reply, @Nullable GspFault damage) {
        if (queues != at) {
            return;
        }
        send(at, message.function(), reply.result(), message.sequence(), reply.body(), damage);
        if (message.function() == GspCalls.UNLOADING) {
            unloadOnceTold(at);
        }
    }

    /** Stops, but not before the driver has got the answer. */
    private void unloadOnceTold(GspQueues at) {
        board.agenda()
                .after(
                        RETRY_NANOS,
                        () -> {
                            if (queues == at && flushing) {
                                unloadOnceTold(at);
                            } else if (queues == at) {
                                firmware.unloaded();
                            }
                        });
    }

    // ---- events

    /** Tells the driver of an event; nobody is told before the queues are there. */
    void event(int number, byte[] payload) {
        GspQueues at = queues;
        if (at != null) {
            send(at, number, 0, 0, payload, null);
        }
    }

    private void send(
            GspQueues at,
            int function,
            int result,
            int sequence,
            byte[] payload,
            @Nullable GspFault damage) {
        at.send(function, result, sequence, payload, damage);
        board.physical().raise(MESSAGE_LEAF, 0);
        flush(at);
    }

    /** Tries again and again while the driver leaves no room. */
    private void flush(GspQueues at) {
        if (!flushing && at.flush()) {
            flushing = true;
            board.agenda()
                    .after(
                            RETRY_NANOS,
                            () -> {
                                flushing = false;
                                if (queues == at) {
                                    flush(at);
                                }
                            });
        }
    }
}
