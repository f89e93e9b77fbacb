package org.gpumediator.nvidia.vf.scheduling;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.Registration;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.core.schedule.BestEffort;
import org.gpumediator.core.schedule.EngineGroupScheduler;
import org.gpumediator.core.schedule.EngineGroupScheduler.GroupStatistics;
import org.gpumediator.nvidia.vf.core.PfCore;
import org.gpumediator.nvidia.vf.wire.OwnStructures.TearDown;
import org.jspecify.annotations.Nullable;

/**
 * Shares the graphics engine of one board by time: a software runlist for each virtual GPU, one of
 * which is on the engine. A {@link SchedulingPolicy} chooses; here the choice is carried out, and
 * work that does not leave the engine in time is cut off.
 *
 * <p>Work that is cut off is that of one virtual GPU: its channels are torn down, an exception is
 * reported for it, and the next runlist goes on the engine. Nobody else loses anything but the time
 * waited, which is at most the time-out, one call of the firmware and the engine's recovery.
 *
 * <p>Concurrency: one lock, and one for each virtual GPU that keeps it there while its work is cut
 * off; who holds the first only tries the second. The firmware is called under the first where a
 * policy is set, but not where work is cut off: others come and go meanwhile. Interrupts and the
 * firmware's events take neither.
 */
public final class EngineScheduling implements SchedulingControl, AutoCloseable {

    /** How long work may take to leave the engine where its owner has not said. */
    public static final long DEFAULT_PREEMPTION_TIMEOUT_NANOS = 100_000_000L;

    /** Control: cuts off the work of a virtual GPU. */
    private static final int TEAR_DOWN = 0x2080_11f0;

    private static final long RETRY_NANOS = 1_000_000_000L;

    /** Hears of work that was cut off. */
    public interface Listener {

        /**
         * Work of a virtual GPU did not leave the engine in time. Called with no lock held.
         *
         * @param id number of the virtual GPU
         */
        void cutOff(int id);
    }

    private static final class Client {

        final int id;
        final int gfid;
        final int maxInstances;
        final ReentrantLock cutting = new ReentrantLock();

        Client(int id, int gfid, int maxInstances) {
            this.id = id;
            this.gfid = gfid;
            this.maxInstances = maxInstances;
        }
    }

    private final PfCore core;
    private final MediationClock clock;
    private final Runnable stepNeeded;
    private final Listener listener;
    private final RunlistPort port;
    private final SchedulerCaps caps;
    private final boolean mixedSizes;
    private final Registration interrupts;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final EngineGroupScheduler scheduler = new EngineGroupScheduler(new BestEffort(), 1);

    @GuardedBy("lock")
    private final Map<Integer, Client> byId = new TreeMap<>();

    @GuardedBy("lock")
    private final Map<Integer, Client> byGfid = new TreeMap<>();

    @GuardedBy("lock")
    private @Nullable VendorSetting vendorSetting;

    @GuardedBy("lock")
    private int submitted = RunlistPort.NONE;

    @GuardedBy("lock")
    private long noCutOffBefore = Long.MIN_VALUE;

    /** When to tell the firmware anew what the policy is; the largest value if it knows. */
    @GuardedBy("lock")
    private long tellAt = Long.MAX_VALUE;

    private final LongAdder cutOffs = new LongAdder();
    private final LongAdder failedCutOffs = new LongAdder();

    /**
     * Takes the engine over.
     *
     * @param mixedSizes whether sizes are mixed, which excludes fixed shares
     * @param vendorSetting the scheduler in the vendor's form; null to begin with best effort
     * @param stepNeeded called when a step is due earlier than was said
     * @throws IllegalArgumentException if the setting is not what this board can do
     * @throws GpuMediationException if the firmware refuses or does not answer
     */
    public EngineScheduling(
            PfCore core,
            MediationClock clock,
            boolean mixedSizes,
            @Nullable VendorSetting vendorSetting,
            Runnable stepNeeded,
            Listener listener) {
        scheduler.leaveOverrunsToThePolicy();
        this.core = core;
        this.clock = clock;
        this.mixedSizes = mixedSizes;
        this.vendorSetting = vendorSetting;
        this.stepNeeded = stepNeeded;
        this.listener = listener;
        port = new RunlistPort(core.gpu());
        caps = SchedulerCaps.ask(core);
        SchedulingPolicy first =
                vendorSetting == null ? new BestEffort() : vendorSetting.policy(1, caps);
        tellFirmware(checked(first));
        scheduler.policy(first);
        interrupts = core.gpu().onInterrupt(vector -> interrupted());
        port.enableInterrupt();
    }

    private void interrupted() {
        if (port.takeInterrupt()) {
            stepNeeded.run();
        }
    }

    private FirmwarePolicy checked(SchedulingPolicy policy) {
        FirmwarePolicy told = FirmwarePolicy.of(policy);
        if (told.isFixedShare() && mixedSizes) {
            throw new IllegalArgumentException(
                    "policy "
                            + policy.name()
                            + ": shares are not fixed where sizes are mixed; expected best effort,"
                            + " equal shares or weights");
        }
        told.check(caps);
        return told;
    }

    private void tellFirmware(FirmwarePolicy policy) {
        core.controls()
                .control("scheduler", core.client(), FirmwarePolicy.CONTROL, policy.parameters());
    }

    /** Returns what the board can schedule by. */
    public SchedulerCaps caps() {
        return caps;
    }

    /**
     * Replaces the policy, from the next decision on.
     *
     * @throws IllegalArgumentException if its shares are fixed and sizes are mixed, or a length is
     *     out of the board's limits
     * @throws GpuMediationException if the firmware refuses or does not answer; the policy stays
     */
    @Override
    public void policy(SchedulingPolicy policy) {
        FirmwarePolicy told = checked(policy);
        synchronized (lock) {
            tellFirmware(told);
            tellAt = Long.MAX_VALUE;
            vendorSetting = null;
            scheduler.policy(policy);
        }
        stepNeeded.run();
    }

    /** Returns the policy. */
    @Override
    public SchedulingPolicy policy() {
        synchronized (lock) {
            return scheduler.policy();
        }
    }

    /**
     * Checks what an owner wishes.
     *
     * @throws IllegalArgumentException if a length is out of the board's limits
     */
    public void check(SchedulingParameters parameters) {
        caps.check(parameters);
    }

    /**
     * Sets what an owner wishes, from the next decision on.
     *
     * @throws IllegalArgumentException if there is no virtual GPU of that number, or a length is
     *     out of the board's limits
     */
    @Override
    public void parameters(int id, SchedulingParameters parameters) {
        caps.check(parameters);
        synchronized (lock) {
            scheduler.parameters(id, parameters);
        }
        stepNeeded.run();
    }

    /**
     * Adds a virtual GPU, whose firmware task runs.
     *
     * @param id its number
     * @param gfid its guest function
     * @param maxInstances how many of its type the board takes: what a fixed share is one of
     * @throws GpuMediationException if the firmware refuses the vendor's setting for that type, or
     *     does not answer; the caller detaches it
     */
    public void attach(int id, int gfid, int maxInstances, SchedulingParameters parameters) {
        Client client = new Client(id, gfid, maxInstances);
        synchronized (lock) {
            scheduler.add(id, parameters);
            byId.put(id, client);
            byGfid.put(gfid, client);
            laidOut();
            VendorSetting setting = vendorSetting;
            if (setting != null && byId.size() == 1) {
                // The vendor's defaults depend on how many of the type fit on the board.
                SchedulingPolicy policy = setting.policy(maxInstances, caps);
                tellFirmware(checked(policy));
                scheduler.policy(policy);
            }
        }
        stepNeeded.run();
    }

    /** Removes a virtual GPU, whose firmware task has ended. No effect if it is not there. */
    public void detach(int id) {
        Client client;
        synchronized (lock) {
            client = byId.get(id);
        }
        if (client != null) {
            client.cutting.lock();
            try {
                remove(client);
            } finally {
                client.cutting.unlock();
            }
            stepNeeded.run();
        }
    }

    private void remove(Client client) {
        synchronized (lock) {
            if (byId.remove(client.id, client)) {
                byGfid.remove(client.gfid);
                scheduler.remove(client.id, clock.nanoTime());
                laidOut();
            }
        }
    }

    @GuardedBy("lock")
    private void laidOut() {
        scheduler.capacity(
                byId.values().stream().mapToInt(client -> client.maxInstances).max().orElse(1));
    }

    /**
     * Looks at the board, decides if a decision is due, and carries it out.
     *
     * @return when to call again at the latest; {@link Long#MAX_VALUE} if only an interrupt can
     *     bring work
     */
    public long step(long nowNanos) {
        Client offender;
        long next;
        synchronized (lock) {
            if (core.lost() != null) {
                return Long.MAX_VALUE;
            }
            tellAnew(nowNanos);
            next = Math.min(tellAt, arrange(nowNanos));
            offender = offender(nowNanos);
        }
        if (offender == null) {
            return next;
        }
        boolean done;
        try {
            done = cutOff(offender);
            synchronized (lock) {
                next = Math.min(tellAt, arrange(clock.nanoTime()));
                if (scheduler.onHardware() == offender.id) {
                    noCutOffBefore = clock.nanoTime() + RETRY_NANOS;
                }
            }
        } finally {
            offender.cutting.unlock();
        }
        if (done) {
            listener.cutOff(offender.id);
        }
        return next;
    }

    /** Returns whose work has to be cut off now, and keeps it from going away; null if nobody's. */
    @GuardedBy("lock")
    private @Nullable Client offender(long nowNanos) {
        if (drainDeadline() > nowNanos || noCutOffBefore > nowNanos) {
            return null;
        }
        Client client = byId.get(scheduler.onHardware());
        return client != null && client.cutting.tryLock() ? client : null;
    }

    @GuardedBy("lock")
    private long arrange(long now) {
        look(now);
        int granted = scheduler.step(now);
        Client client = byId.get(granted);
        int wanted = client == null ? RunlistPort.NONE : client.gfid;
        if (wanted != submitted) {
            submitted = wanted;
            port.submit(wanted);
        }
        long cutOff = drainDeadline();
        return Math.min(
                scheduler.nextDeadline(),
                cutOff == Long.MAX_VALUE ? cutOff : Math.max(cutOff, noCutOffBefore));
    }

    /** Takes in who has work, and who is on the engine. */
    @GuardedBy("lock")
    private void look(long now) {
        long work = port.work();
        for (Client client : byId.values()) {
            if ((work >>> client.gfid & 1) != 0) {
                scheduler.workArrived(client.id, now);
            } else {
                scheduler.workDrained(client.id, now);
            }
        }
        int runlist = port.onEngine();
        Client on = byGfid.get(runlist);
        int id = on == null ? EngineGroupScheduler.NOBODY : on.id;
        if (id != scheduler.onHardware()) {
            scheduler.switched(id, now);
        }
    }

    @GuardedBy("lock")
    private long drainDeadline() {
        return scheduler.drainDeadline(DEFAULT_PREEMPTION_TIMEOUT_NANOS);
    }

    private boolean cutOff(Client client) {
        try {
            core.controls()
                    .control(
                            "end of work that does not leave",
                            core.client(),
                            TEAR_DOWN,
                            TearDown.LAYOUT
                                    .allocate()
                                    .put(TearDown.ENGINE_ID, SchedulerCaps.GRAPHICS)
                                    .put(TearDown.GFID, client.gfid));
            cutOffs.increment();
            return true;
        } catch (GpuMediationException failure) {
            failedCutOffs.increment();
            return false;
        }
    }

    /** Says that the board is about to be reset: whoever is on the engine is not any longer. */
    public void lost() {
        synchronized (lock) {
            scheduler.lost(clock.nanoTime());
        }
    }

    /**
     * Says that the board was reset and its firmware booted anew: nothing is on the engine. The
     * firmware is told of the policy at the next step, and again later if it does not take it.
     */
    public void restarted() {
        synchronized (lock) {
            submitted = RunlistPort.NONE;
            look(clock.nanoTime());
            tellAt = Long.MIN_VALUE;
            port.enableInterrupt();
        }
        stepNeeded.run();
    }

    @GuardedBy("lock")
    private void tellAnew(long nowNanos) {
        if (tellAt <= nowNanos) {
            try {
                tellFirmware(FirmwarePolicy.of(scheduler.policy()));
                tellAt = Long.MAX_VALUE;
            } catch (GpuMediationException failure) {
                tellAt = clock.nanoTime() + RETRY_NANOS;
            }
        }
    }

    /** Adds what a virtual GPU has had of the engine to a map; nothing if it is not there. */
    public void count(int id, Map<String, Long> counters) {
        synchronized (lock) {
            if (byId.containsKey(id)) {
                scheduler.statistics(id).addTo(counters);
            }
        }
    }

    /** Adds counters to a map. */
    public void count(Map<String, Long> counters) {
        synchronized (lock) {
            GroupStatistics all = scheduler.statistics();
            counters.put("engines.decisions", all.decisions());
            counters.put("engines.switches", all.switches());
            counters.put("engines.switch.nanos", all.switchNanos());
            counters.put("engines.policy-faults", all.policyFaults());
            counters.put("engines.cut-off", cutOffs.sum());
            counters.put("engines.cut-off.failed", failedCutOffs.sum());
        }
    }

    @Override
    public void close() {
        interrupts.close();
    }
}
