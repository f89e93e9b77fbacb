package org.gpumediator.nvidia.vf.gsp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.gpumediator.api.DeviceLostException;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.nvidia.vf.gsp.SharedQueues.Message;
import org.gpumediator.nvidia.vf.hardware.BoardRegisters;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the firmware. Several threads may call at once: each waits for its own reply only, and
 * whoever waits takes in what has come for all.
 *
 * <p>What can happen to a call: it is answered; it is refused ({@link GspRefusedException}); it is
 * not answered in time, or a message was damaged while it was open ({@link GspTimeoutException}:
 * unknown whether it was carried out), as is one for which there is no room in the command queue;
 * the firmware has stopped ({@link DeviceLostException}). After three such calls in a row the board
 * counts as lost (exception 119) and every call fails at once until the firmware is booted anew.
 */
public final class GspRpc implements AutoCloseable {

    // spotless:off
    /** Function: frees an object. */
    public static final int FREE                = 10;
    /** Function: the driver goes. */
    public static final int UNLOADING           = 47;
    /** Function: what the board has. */
    public static final int STATIC_INFO         = 65;
    /** Function: tells the firmware of the system. */
    public static final int SYSTEM_INFO         = 72;
    /** Function: tells the firmware its settings. */
    public static final int SET_REGISTRY        = 73;
    /** Function: a control of the resource manager. */
    public static final int RM_CONTROL          = 76;
    /** Function: makes an object of the resource manager. */
    public static final int RM_ALLOC            = 103;
    // spotless:on

    private static final int FIRST_EVENT = 0x1000;
    private static final int LEAF = BoardRegisters.LEAF_FIRMWARE;
    private static final long ROOM_NANOS = 1_000_000_000L;
    private static final long REPLY_NANOS = 5_100_000_000L;
    private static final int TIMEOUTS_ALLOWED = 3;
    private static final byte[] NOTHING = {};

    /** Hears of events; must not call the firmware. */
    public interface EventListener {
        /**
         * Says that an event has come. Called with no lock held.
         *
         * @param connection where it has come from
         */
        void onEvent(GspRpc connection, int number, ByteBuffer payload);
    }

    private static final class Pending {
        volatile @Nullable Message reply;
        volatile boolean damaged;
    }

    private final GpuIdentity identity;
    private final Mmio registers;
    private final Waiter waiter;
    private final SharedQueues queues;
    private final EventListener listener;
    private final ReentrantLock transmitting = new ReentrantLock();
    private final ReentrantLock receiving = new ReentrantLock();
    private final List<Message> events = new ArrayList<>();
    private final Map<Integer, Pending> open = new ConcurrentHashMap<>();
    private final AtomicInteger nextSequence = new AtomicInteger(1);
    private final AtomicInteger timeoutsInARow = new AtomicInteger();
    private final LongAdder calls = new LongAdder();
    private final LongAdder timeouts = new LongAdder();
    private final LongAdder damaged = new LongAdder();
    private final LongAdder strays = new LongAdder();
    private final LongAdder eventsSeen = new LongAdder();
    private volatile @Nullable String lost;
    private volatile boolean closed;

    /** Creates the driver's end, not yet known to the firmware. */
    public GspRpc(PhysicalGpu gpu, Waiter waiter, EventListener listener) {
        this.identity = gpu.identity();
        this.registers = new Mmio(gpu);
        this.waiter = waiter;
        this.listener = listener;
        queues = new SharedQueues(gpu);
    }

    SharedQueues queues() {
        return queues;
    }

    void enableInterrupt() {
        registers.write(BoardRegisters.leafEnable(LEAF), 1);
        registers.write(BoardRegisters.TOP_ENABLE, BoardRegisters.topBit(LEAF));
    }

    /** Takes in what has come, after an interrupt for instance. */
    public void service() {
        registers.write(BoardRegisters.leaf(LEAF), 1);
        drain();
    }

    /** Returns why the board is lost, or null. */
    public @Nullable String lost() {
        return lost;
    }

    /** Declares the board lost: every open and later call fails. */
    public void markLost(String reason) {
        if (lost == null) {
            lost = reason;
        }
    }

    /** Returns whether the firmware runs. Looks at the board. */
    public boolean isAlive() {
        if (lost != null) {
            return false;
        }
        int control = registers.read(BoardRegisters.CPU_CONTROL);
        if (control == -1) {
            markLost("the board has fallen off the bus (exception 79)");
        } else if ((control & BoardRegisters.CPU_ACTIVE) == 0) {
            markLost("the firmware has stopped (exception 120)");
        }
        return lost == null;
    }

    /** Sends a message that is not answered. */
    void post(String what, int function, byte[] payload) {
        transmit(what, function, 0, payload, NOTHING);
    }

    /**
     * Calls a function and waits for the reply.
     *
     * @param what for messages of exceptions
     * @return the reply's payload
     */
    public ByteBuffer call(String what, int function, byte[] payload) {
        return call(what, function, payload, NOTHING);
    }

    /**
     * Calls a function and waits for the reply.
     *
     * @param what for messages of exceptions
     * @param head the payload up to its parameters
     * @param tail its parameters
     * @return the reply's payload
     */
    ByteBuffer call(String what, int function, byte[] head, byte[] tail) {
        checkLost(what);
        calls.increment();
        int sequence = nextSequence.getAndIncrement() & Integer.MAX_VALUE;
        Pending pending = new Pending();
        open.put(sequence, pending);
        try {
            transmit(what, function, sequence, head, tail);
            boolean answered =
                    waiter.until(
                            REPLY_NANOS,
                            () -> {
                                drain();
                                return pending.reply != null || pending.damaged || !isAlive();
                            });
            // What was sent just before the firmware stopped still counts.
            drain();
            Message reply = pending.reply;
            if (reply != null && reply.function() == function) {
                timeoutsInARow.set(0);
                if (reply.result() != 0) {
                    throw new GspRefusedException(what, reply.result());
                }
                return reply.payload();
            }
            checkLost(what);
            throw unanswered(
                    answered
                            ? what + ": a message of the firmware was damaged"
                            : what + ": no answer within " + REPLY_NANOS + " ns");
        } finally {
            open.remove(sequence);
        }
    }

    /** Takes note of a call that the firmware did not take or did not answer. */
    private GspTimeoutException unanswered(String why) {
        timeouts.increment();
        if (timeoutsInARow.incrementAndGet() >= TIMEOUTS_ALLOWED) {
            markLost("three calls in a row were not answered (exception 119)");
        }
        return new GspTimeoutException(why);
    }

    /** Sends a message, in pieces if it is long; nobody else's comes between them. */
    private void transmit(String what, int function, int sequence, byte[] head, byte[] tail) {
        int bytes = head.length + tail.length;
        if (bytes > SharedQueues.MOST_BODY) {
            throw new IllegalArgumentException(
                    what + ": " + bytes + " bytes: expected at most " + SharedQueues.MOST_BODY);
        }
        transmitting.lock();
        try {
            int at = 0;
            do {
                int end = Math.min(bytes, at + SharedQueues.MOST_PAYLOAD);
                int from = at;
                int number = at == 0 ? function : SharedQueues.CONTINUATION;
                sendPiece(what, () -> queues.send(number, sequence, head, tail, from, end));
                at = end;
            } while (at < bytes);
        } finally {
            transmitting.unlock();
        }
    }

    private void sendPiece(String what, BooleanSupplier send) {
        boolean room =
                waiter.until(
                        ROOM_NANOS,
                        () -> {
                            drain();
                            return send.getAsBoolean() || lost != null;
                        });
        checkLost(what);
        if (!room) {
            throw unanswered(what + ": no room in the command queue within " + ROOM_NANOS + " ns");
        }
        registers.write(BoardRegisters.QUEUE_HEAD, 0);
    }

    private void checkLost(String what) {
        String reason = lost;
        if (reason != null) {
            throw new DeviceLostException(what + ": " + identity + " is lost: " + reason);
        }
    }

    private void drain() {
        if (receiving.isHeldByCurrentThread() || !receiving.tryLock()) {
            return;
        }
        List<Message> arrived = List.of();
        try {
            if (closed) {
                return;
            }
            queues.receive(
                    new SharedQueues.Listener() {
                        @Override
                        public void message(Message message) {
                            if (message.function() >= FIRST_EVENT) {
                                events.add(message);
                            } else {
                                reply(message);
                            }
                        }

                        @Override
                        public void corrupted() {
                            // What is open may have been answered by it: nobody can tell.
                            damaged.increment();
                            open.values().forEach(each -> each.damaged = true);
                        }
                    });
            if (!events.isEmpty()) {
                arrived = List.copyOf(events);
                events.clear();
            }
        } finally {
            receiving.unlock();
        }
        for (Message event : arrived) {
            eventsSeen.increment();
            listener.onEvent(this, event.function(), event.payload());
        }
    }

    private void reply(Message message) {
        Pending pending = open.get(message.sequence());
        if (pending == null) {
            strays.increment();
        } else {
            pending.reply = message;
        }
    }

    /** Adds the counters to a map. */
    public void count(Map<String, Long> counters) {
        counters.put("gsp.calls", calls.sum());
        counters.put("gsp.timeouts", timeouts.sum());
        counters.put("gsp.damaged", damaged.sum());
        counters.put("gsp.strays", strays.sum());
        counters.put("gsp.events", eventsSeen.sum());
    }

    @Override
    public void close() {
        markLost("closed");
        receiving.lock();
        try {
            closed = true;
            queues.close();
        } finally {
            receiving.unlock();
        }
    }
}
