package org.gpumediator.examples.vfiouser.server;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.EventFd;
import org.gpumediator.examples.common.linux.EventSignal;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Takes interrupts of one virtual GPU to its client through event counters.
 *
 * <p>The line is a level that masks itself: once signalled it is held back until the client says
 * that the guest has handled it, and signalled again if it is still active then. Messages are
 * events; one that comes while its vector has no counter or is masked is kept and signalled later.
 *
 * <p>Concurrency: one lock, held for system calls that do not wait, never while calling out. A
 * descriptor is only used and only closed with the lock held, so its number cannot have come to
 * mean something else.
 *
 * <p>Threats: a client keeps its own descriptors of the counters it hands over, and may fill, empty
 * or make them blocking at any time. Nothing here depends on a state of a counter that was seen
 * before: {@link EventSignal} and {@link EventFd#take} do not wait in any.
 */
public final class ClientInterrupts implements InterruptSink, InterruptLine {

    private static final int NO_COUNTER = -1;
    private static final int LINE = 0;
    private static final int MAX_VECTORS = 2048;

    private final Object lock = new Object();
    private final EventSignal signal = new EventSignal();
    private final long[] pending = new long[MAX_VECTORS / Long.SIZE];
    private final int[][] counters = {{}, {}, {}};
    private final boolean[][] masked = {{}, {}, {}};
    private boolean lineActive;
    private EventPoller.@Nullable Watch lineUnmask;
    private EventPoller.@Nullable Watch lineMask;
    private SharedBudget.@Nullable Share held;

    /** Creates the interrupts of a virtual GPU that is still to be made. */
    public ClientInterrupts() {}

    /** Takes over how many interrupts the virtual GPU has. Before that, all are dropped. */
    void bind(MessageInterrupts interrupts) {
        synchronized (lock) {
            int[] counts = {
                interrupts.hasLine() ? 1 : 0, interrupts.msiVectors(), interrupts.msixVectors()
            };
            for (int index = 0; index < Wire.IRQS; index++) {
                counters[index] = new int[counts[index]];
                Arrays.fill(counters[index], NO_COUNTER);
                masked[index] = new boolean[counts[index]];
            }
        }
    }

    /** Counts the counters that clients hand over in a share of the process's descriptors. */
    void limitTo(SharedBudget.Share descriptors) {
        synchronized (lock) {
            held = descriptors;
        }
    }

    private boolean take(int count) {
        synchronized (lock) {
            return held == null || held.take(count);
        }
    }

    private void give() {
        synchronized (lock) {
            if (held != null) {
                held.give(1);
            }
        }
    }

    /**
     * Returns how many interrupts there are of a kind.
     *
     * @param index {@link Wire#IRQ_INTX}, {@link Wire#IRQ_MSI} or {@link Wire#IRQ_MSI_X}
     */
    int count(int index) {
        synchronized (lock) {
            return counters[index].length;
        }
    }

    // ---- from the virtual GPU

    @Override
    public void raise(int vector) {
        synchronized (lock) {
            if (vector >= 0 && vector < Math.max(counters[1].length, counters[2].length)) {
                pending[vector >>> 6] |= 1L << vector;
                deliver(vector);
            }
        }
    }

    @Override
    public void assertLevel() {
        synchronized (lock) {
            lineActive = true;
            deliverLine();
        }
    }

    @Override
    public void deassert() {
        synchronized (lock) {
            lineActive = false;
        }
    }

    private void deliverLine() {
        if (lineActive
                && counters[Wire.IRQ_INTX].length > 0
                && !masked[Wire.IRQ_INTX][LINE]
                && counters[Wire.IRQ_INTX][LINE] != NO_COUNTER) {
            masked[Wire.IRQ_INTX][LINE] = true;
            signal.signal(counters[Wire.IRQ_INTX][LINE]);
        }
    }

    /** Signals a pending message through whichever mechanism the client has given a counter. */
    private void deliver(int vector) {
        if ((pending[vector >>> 6] & 1L << vector) == 0) {
            return;
        }
        for (int index = Wire.IRQ_MSI_X; index >= Wire.IRQ_MSI; index--) {
            if (vector < counters[index].length
                    && counters[index][vector] != NO_COUNTER
                    && !masked[index][vector]) {
                pending[vector >>> 6] &= ~(1L << vector);
                signal.signal(counters[index][vector]);
                return;
            }
        }
    }

    // ---- from the client

    /** What a client asks for with one SET_IRQS message, checked. */
    private record Request(int index, int start, int count, int data, int action) {}

    /**
     * Carries out a SET_IRQS message.
     *
     * @param flags one kind of data and one action
     * @param bools the bytes behind the fixed part
     * @param descriptors what came with the message; all of them become this object's, whatever it
     *     answers
     * @param poller watches counters that the client signals
     * @return {@code 0} or a negative error number
     */
    int set(
            int flags,
            int index,
            int start,
            int count,
            MemorySegment bools,
            int[] descriptors,
            EventPoller poller) {
        Request request =
                new Request(
                        index,
                        start,
                        count,
                        flags & (Wire.IRQ_DATA_NONE | Wire.IRQ_DATA_BOOL | Wire.IRQ_DATA_EVENTFD),
                        flags & (Wire.IRQ_MASK | Wire.IRQ_UNMASK | Wire.IRQ_TRIGGER));
        boolean legal =
                (flags & ~0x3f) == 0
                        && Integer.bitCount(request.data) == 1
                        && Integer.bitCount(request.action) == 1
                        && index >= 0
                        && index < Wire.IRQS
                        && legal(request, bools.byteSize(), descriptors.length);
        if (!legal || !Arrays.stream(descriptors).allMatch(Descriptors::isEventFd)) {
            return refused(-Errno.EINVAL, descriptors);
        }
        if (!take(descriptors.length)) {
            return refused(-Errno.ENOSPC, descriptors);
        }
        if (request.data == Wire.IRQ_DATA_EVENTFD) {
            if (request.action == Wire.IRQ_TRIGGER) {
                assign(request, descriptors);
            } else {
                watchLine(request.action, descriptors, poller);
            }
        } else if (count == 0) {
            disable(index);
        } else {
            act(request, bools);
        }
        return 0;
    }

    private static int refused(int error, int[] descriptors) {
        for (int descriptor : descriptors) {
            Descriptors.close(descriptor);
        }
        return error;
    }

    private boolean legal(Request request, long boolBytes, int descriptorCount) {
        int total = count(request.index);
        boolean events = request.data == Wire.IRQ_DATA_EVENTFD;
        if (request.count == 0) {
            return request.data == Wire.IRQ_DATA_NONE
                    && request.action == Wire.IRQ_TRIGGER
                    && request.start == 0
                    && descriptorCount == 0;
        }
        return request.start >= 0
                && request.start < total
                && request.count > 0
                && request.count <= total - request.start
                && (request.data != Wire.IRQ_DATA_BOOL || boolBytes == request.count)
                && (descriptorCount == 0 || events && descriptorCount == request.count)
                && (!events
                        || request.action == Wire.IRQ_TRIGGER
                        || request.index == Wire.IRQ_INTX);
    }

    private void assign(Request request, int[] descriptors) {
        synchronized (lock) {
            for (int i = 0; i < request.count; i++) {
                int vector = request.start + i;
                replace(request.index, vector, descriptors.length == 0 ? -1 : descriptors[i]);
                if (request.index == Wire.IRQ_INTX) {
                    masked[Wire.IRQ_INTX][LINE] = false;
                    deliverLine();
                } else {
                    deliver(vector);
                }
            }
        }
    }

    private void replace(int index, int vector, int counter) {
        if (counters[index][vector] != NO_COUNTER) {
            Descriptors.close(counters[index][vector]);
            give();
        }
        counters[index][vector] = counter;
    }

    private void disable(int index) {
        synchronized (lock) {
            for (int vector = 0; vector < counters[index].length; vector++) {
                replace(index, vector, NO_COUNTER);
                masked[index][vector] = false;
            }
            if (index == Wire.IRQ_INTX) {
                lineUnmask = ended(lineUnmask);
                lineMask = ended(lineMask);
            } else {
                Arrays.fill(pending, 0);
            }
        }
    }

    private EventPoller.@Nullable Watch ended(EventPoller.@Nullable Watch watch) {
        if (watch != null) {
            watch.end();
            give();
        }
        return null;
    }

    /** The client will signal a counter instead of sending a message. */
    private void watchLine(int action, int[] descriptors, EventPoller poller) {
        EventPoller.Watch watch = null;
        if (descriptors.length > 0) {
            int counter = descriptors[0];
            watch =
                    poller.watch(
                            counter,
                            self -> {
                                if (EventFd.take(counter) != 0) {
                                    act(Wire.IRQ_INTX, LINE, action);
                                }
                            });
        }
        synchronized (lock) {
            if (action == Wire.IRQ_UNMASK) {
                ended(lineUnmask);
                lineUnmask = watch;
            } else {
                ended(lineMask);
                lineMask = watch;
            }
        }
    }

    private void act(Request request, MemorySegment bools) {
        for (int i = 0; i < request.count; i++) {
            if (request.data == Wire.IRQ_DATA_NONE || bools.get(ValueLayout.JAVA_BYTE, i) != 0) {
                act(request.index, request.start + i, request.action);
            }
        }
    }

    private void act(int index, int vector, int action) {
        synchronized (lock) {
            if (action == Wire.IRQ_TRIGGER) {
                if (counters[index][vector] != NO_COUNTER) {
                    signal.signal(counters[index][vector]);
                }
                return;
            }
            masked[index][vector] = action == Wire.IRQ_MASK;
            if (index == Wire.IRQ_INTX) {
                deliverLine();
            } else {
                deliver(vector);
            }
        }
    }

    /** Forgets messages that were not delivered: the function was reset. */
    void forgetPending() {
        synchronized (lock) {
            Arrays.fill(pending, 0);
        }
    }

    /** Forgets everything that the client has set up: it has gone. */
    void disconnect() {
        for (int index = 0; index < Wire.IRQS; index++) {
            disable(index);
        }
        forgetPending();
    }

    /** Returns whether a vector has a counter. */
    boolean armed(int index, int vector) {
        synchronized (lock) {
            return counters[Objects.checkIndex(index, Wire.IRQS)][vector] != NO_COUNTER;
        }
    }
}
