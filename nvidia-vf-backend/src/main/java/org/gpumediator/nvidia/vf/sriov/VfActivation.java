package org.gpumediator.nvidia.vf.sriov;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.nvidia.vf.sriov.VfActivationException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Switches virtual functions on and off by the rules of PCI, step by step on a clock.
 *
 * <p>On: check the capability, set the number, read offset and stride again, enable functions and
 * their memory in one write, wait 100 ms, then look at each one until it answers, for at most a
 * second. Off: take them away in reverse order, disable both in one write, wait a second, clear the
 * number. An activation succeeds with all of them or fails and leaves none.
 *
 * <p>Safe for use by multiple threads. Listeners are called, and futures completed, with no lock
 * held, on the thread that called {@link #setNumVfs}, {@link #step} or {@link #deviceReset}.
 *
 * <p>Source: PCI Express Base Specification 4.0, sections 9.3.3.3.1 and 9.4.1.2; order of the
 * operations as in Linux.
 */
public final class VfActivation {

    /** Nanoseconds after enabling before a virtual function is first accessed. */
    public static final long SETTLE_NANOS = 100_000_000L;

    /** Nanoseconds after enabling until every virtual function must have answered. */
    public static final long READY_LIMIT_NANOS = 1_000_000_000L;

    /** Nanoseconds after disabling before anything else is done. */
    public static final long DISABLE_NANOS = 1_000_000_000L;

    private static final long RETRY_NANOS = 10_000_000L;

    /** Where an activation is. */
    public enum State {
        OFF,
        /** Enabled, waiting the first 100 ms. */
        SETTLING,
        /** Looking at one virtual function after the other. */
        PROBING,
        ON,
        /** Disabled, waiting a second. */
        DRAINING
    }

    /**
     * What the machine around the physical function offers.
     *
     * @param pfRoutingId routing id of the physical function
     * @param lastBus highest bus that belongs to its port
     * @param ari whether the port forwards any device number
     */
    public record Host(int pfRoutingId, int lastBus, Ari ari) {

        /** Whether a port forwards device numbers other than 0. */
        public enum Ari {
            FORWARDED,
            NOT_FORWARDED
        }
    }

    /**
     * Whether a driver takes virtual functions as they come up: {@code sriov_drivers_autoprobe} of
     * Linux.
     */
    public enum Autoprobe {
        ON,
        /** They come up, nobody touches them until one is asked for by {@link #bind}. */
        OFF
    }

    /** Hears of virtual functions that come and go. */
    public interface Listener {

        /** Returns one that does nothing. */
        static Listener none() {
            return new Listener() {
                @Override
                public void added(int index) {}

                @Override
                public void removed(int index) {}
            };
        }

        /** Says that a virtual function is there. */
        void added(int index);

        /** Says that a virtual function is going: it must not be used from now on. */
        void removed(int index);
    }

    private final PhysicalGpu gpu;
    private final Host host;
    private final VfProbe probe;
    private final MediationClock clock;
    private final Listener listener;
    private final Object lock = new Object();
    private final Queue<Runnable> calls = new ArrayDeque<>();
    private final BitSet bound = new BitSet();
    private boolean calling;

    private Autoprobe autoprobe = Autoprobe.ON;
    private State state = State.OFF;
    private int wanted;
    private int present;
    private long enabledAt;
    private long nextAt = Long.MAX_VALUE;
    private @Nullable CompletableFuture<Integer> pending;
    private @Nullable VfActivationException failure;
    private @Nullable VfRouting routing;

    /**
     * Prepares; touches nothing.
     *
     * @param gpu the physical function
     * @param host the machine around it
     * @param probe looks at virtual functions
     * @param clock where time comes from
     * @param listener hears of virtual functions
     */
    public VfActivation(
            PhysicalGpu gpu, Host host, VfProbe probe, MediationClock clock, Listener listener) {
        this.gpu = gpu;
        this.host = host;
        this.probe = probe;
        this.clock = clock;
        this.listener = listener;
    }

    /** Returns how many virtual functions there can be, {@code 0} without the capability. */
    public int totalVfs() {
        return SriovView.find(gpu).map(SriovView::totalVfs).orElse(0);
    }

    /** Returns how many virtual functions are there now. */
    public int numVfs() {
        synchronized (lock) {
            return present;
        }
    }

    /** Returns where it is. */
    public State state() {
        synchronized (lock) {
            return state;
        }
    }

    /** Returns where virtual functions are on the bus; empty while none was ever enabled. */
    public Optional<VfRouting> routing() {
        synchronized (lock) {
            return Optional.ofNullable(routing);
        }
    }

    /** Says whether a driver takes the virtual functions that come up from now on. */
    public void setAutoprobe(Autoprobe newAutoprobe) {
        synchronized (lock) {
            autoprobe = newAutoprobe;
        }
    }

    /**
     * Has a driver take a virtual function, whatever {@link Autoprobe} says. No effect if it has.
     *
     * @param index from {@code 0}
     * @throws VfActivationException with {@link Reason#ABSENT} if it is not there
     */
    public void bind(int index) {
        synchronized (lock) {
            if (index < 0 || index >= present) {
                throw refusal(
                        Reason.ABSENT,
                        "virtual function " + index + " does not exist: " + present + " do");
            }
            bound.set(index);
        }
    }

    /** Returns whether a driver has taken a virtual function. */
    public boolean isBound(int index) {
        synchronized (lock) {
            return index >= 0 && bound.get(index);
        }
    }

    /** Returns how many virtual functions a driver has taken. */
    public int bound() {
        synchronized (lock) {
            return bound.cardinality();
        }
    }

    /**
     * Returns the BARs of the virtual functions.
     *
     * @throws VfActivationException with {@link Reason#BUSY} unless they are off, with {@link
     *     Reason#NOT_SUPPORTED} without the capability
     */
    public List<VfBar> bars() {
        synchronized (lock) {
            return offView().bars();
        }
    }

    /**
     * Gives a BAR of the virtual functions its window.
     *
     * @param bar as {@link #bars} returned it
     * @param base bus address for the first virtual function, a multiple of the aperture
     * @throws IllegalArgumentException if the base is not a multiple of the aperture
     * @throws VfActivationException as {@link #bars}
     */
    public void assign(VfBar bar, long base) {
        if ((base & (bar.apertureBytes() - 1)) != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "base 0x%x of VF BAR %d: expected a multiple of 0x%x",
                            base,
                            bar.index(),
                            bar.apertureBytes()));
        }
        synchronized (lock) {
            offView().assign(bar, base);
        }
    }

    private SriovView offView() {
        if (state != State.OFF) {
            throw refusal(Reason.BUSY, "virtual functions are " + state);
        }
        return view();
    }

    private SriovView view() {
        return SriovView.find(gpu)
                .orElseThrow(() -> refusal(Reason.NOT_SUPPORTED, "no SR-IOV capability"));
    }

    /**
     * Asks for a number of virtual functions.
     *
     * @param count how many; {@code 0} to switch all off. The number that is there already is a
     *     no-operation
     * @return completes with the number that is there: exactly {@code count}, or it fails with a
     *     {@link VfActivationException} and none is there
     */
    public CompletableFuture<Integer> setNumVfs(int count) {
        CompletableFuture<Integer> future = new CompletableFuture<>();
        try {
            synchronized (lock) {
                begin(count, future);
            }
        } catch (VfActivationException refused) {
            future.completeExceptionally(refused);
        }
        runCalls();
        return future;
    }

    private void begin(int count, CompletableFuture<Integer> future) {
        if (state != State.OFF && state != State.ON) {
            throw refusal(Reason.BUSY, "virtual functions are " + state);
        }
        if (count == present && (state == State.ON) == (count > 0)) {
            calls.add(() -> future.complete(count));
            return;
        }
        SriovView sriov = view();
        if (sriov.isLost()) {
            throw refusal(Reason.LOST, "the device does not answer");
        }
        if (count < 0 || count > sriov.totalVfs()) {
            throw refusal(
                    Reason.OUT_OF_RANGE,
                    count + " virtual functions: expected 0 to " + sriov.totalVfs());
        }
        if (state == State.ON && count > 0) {
            throw refusal(
                    Reason.BUSY, present + " virtual functions are on: switch them off first");
        }
        if (count == 0) {
            pending = future;
            startDisable(sriov);
        } else {
            startEnable(sriov, count);
            pending = future;
        }
    }

    private void startEnable(SriovView sriov, int count) {
        if (sriov.isEnabled()) {
            throw refusal(Reason.BUSY, "somebody else has enabled virtual functions");
        }
        if (!sriov.migrates() && sriov.initialVfs() != sriov.totalVfs()) {
            throw refusal(
                    Reason.INCONSISTENT,
                    "InitialVFs " + sriov.initialVfs() + " is not TotalVFs " + sriov.totalVfs());
        }
        if (!sriov.hasPageSize()) {
            throw refusal(Reason.INCONSISTENT, "no legal system page size is chosen");
        }
        if (!sriov.memoryEnabled()) {
            throw refusal(Reason.MEMORY_OFF, "the physical function's memory space is off");
        }
        for (VfBar bar : sriov.bars()) {
            if (bar.base() == 0) {
                throw refusal(
                        Reason.NO_MMIO_SPACE,
                        "no MMIO space for VF BAR "
                                + bar.index()
                                + ": needs "
                                + bar.windowBytes(count)
                                + " bytes");
            }
        }
        if (host.ari == Host.Ari.FORWARDED) {
            sriov.setAriHierarchy();
        }
        sriov.setNumVfs(count);
        VfRouting where = sriov.routing(host.pfRoutingId);
        try {
            checkRouting(sriov, where, count);
        } catch (VfActivationException refused) {
            sriov.setNumVfs(0);
            throw refused;
        }
        sriov.enable();
        wanted = count;
        routing = where;
        enabledAt = clock.nanoTime();
        state = State.SETTLING;
        nextAt = enabledAt + SETTLE_NANOS;
    }

    private void checkRouting(SriovView sriov, VfRouting where, int count) {
        if (sriov.numVfs() != count || where.firstOffset() == 0) {
            throw refusal(Reason.INCONSISTENT, "the device does not take the number " + count);
        }
        if (count > 1 && where.stride() == 0) {
            throw refusal(Reason.INCONSISTENT, "stride 0 for " + count + " virtual functions");
        }
        long last = where.pfRoutingId() + where.firstOffset() + (long) (count - 1) * where.stride();
        if (last >>> 8 > host.lastBus) {
            throw refusal(
                    Reason.NO_BUS,
                    "the last virtual function needs bus "
                            + (last >>> 8)
                            + ", the port has up to "
                            + host.lastBus);
        }
        if (host.ari == Host.Ari.NOT_FORWARDED && where.needsAriForwarding(count)) {
            throw refusal(Reason.NO_ARI, "the port does not forward other device numbers");
        }
    }

    private void startDisable(SriovView sriov) {
        removeAll();
        sriov.disable();
        state = State.DRAINING;
        nextAt = clock.nanoTime() + DISABLE_NANOS;
    }

    private void removeAll() {
        while (present > 0) {
            int index = --present;
            bound.clear(index);
            calls.add(() -> listener.removed(index));
        }
    }

    /**
     * Does what is due. Bounded in time; touches nothing if nothing is due.
     *
     * @param nowNanos the clock
     * @return when to call again at the latest; {@link Long#MAX_VALUE} if nothing is under way
     */
    public long step(long nowNanos) {
        long next;
        synchronized (lock) {
            if (nowNanos >= nextAt) {
                SriovView sriov = SriovView.find(gpu).orElse(null);
                switch (state) {
                    case SETTLING, PROBING, DRAINING -> {
                        if (sriov == null) {
                            forget(Reason.LOST, "the device does not answer");
                        } else if (state == State.DRAINING) {
                            finishDisable(sriov);
                        } else {
                            probeVfs(sriov, nowNanos);
                        }
                    }
                    case OFF, ON -> nextAt = Long.MAX_VALUE;
                }
            }
            next = nextAt;
        }
        runCalls();
        return next;
    }

    private void probeVfs(SriovView sriov, long nowNanos) {
        state = State.PROBING;
        VfRouting where = routing;
        while (where != null && present < wanted) {
            VfProbe.Answer answer = probe.probe(present, where.routingId(present));
            if (answer == VfProbe.Answer.RETRY && nowNanos - enabledAt < READY_LIMIT_NANOS) {
                nextAt = nowNanos + RETRY_NANOS;
                return;
            }
            if (answer != VfProbe.Answer.READY) {
                giveUp(sriov, answer);
                return;
            }
            int index = present++;
            bound.set(index, autoprobe == Autoprobe.ON);
            calls.add(() -> listener.added(index));
        }
        state = State.ON;
        nextAt = Long.MAX_VALUE;
        complete();
    }

    private void giveUp(SriovView sriov, VfProbe.Answer answer) {
        failure =
                new VfActivationException(
                        Reason.INCOMPLETE,
                        present,
                        "virtual function "
                                + present
                                + " of "
                                + wanted
                                + " is "
                                + answer
                                + "; all are switched off again");
        startDisable(sriov);
    }

    private void finishDisable(SriovView sriov) {
        sriov.setNumVfs(0);
        state = State.OFF;
        wanted = 0;
        nextAt = Long.MAX_VALUE;
        complete();
    }

    /**
     * Takes note that the physical function was reset: the reset has cleared the capability, all
     * virtual functions are gone. What was under way fails.
     */
    public void deviceReset() {
        synchronized (lock) {
            forget(Reason.RESET, "the device was reset");
        }
        runCalls();
    }

    private void forget(Reason reason, String message) {
        failure = refusal(reason, message);
        removeAll();
        state = State.OFF;
        wanted = 0;
        nextAt = Long.MAX_VALUE;
        complete();
    }

    private void complete() {
        CompletableFuture<Integer> future = pending;
        VfActivationException why = failure;
        int count = present;
        pending = null;
        failure = null;
        if (future != null) {
            calls.add(
                    why == null
                            ? () -> future.complete(count)
                            : () -> future.completeExceptionally(why));
        }
    }

    private VfActivationException refusal(Reason reason, String message) {
        return new VfActivationException(reason, present, message);
    }

    /**
     * Runs the calls in their order, one thread at a time, with no lock held during a call. A
     * thread that finds another at it leaves its calls to that one.
     */
    private void runCalls() {
        synchronized (lock) {
            if (calling) {
                return;
            }
            calling = true;
        }
        try {
            for (Runnable call = next(); call != null; call = next()) {
                call.run();
            }
        } finally {
            synchronized (lock) {
                calling = false;
            }
        }
    }

    private @Nullable Runnable next() {
        synchronized (lock) {
            Runnable call = calls.poll();
            calling = call != null;
            return call;
        }
    }
}
