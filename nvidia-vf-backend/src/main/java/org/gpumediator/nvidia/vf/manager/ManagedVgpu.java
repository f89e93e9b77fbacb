package org.gpumediator.nvidia.vf.manager;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import org.gpumediator.api.DeviceLostException;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.SnapshotFormatException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.nvidia.vf.core.FirmwareRun;
import org.gpumediator.nvidia.vf.core.FunctionReset;
import org.gpumediator.nvidia.vf.core.PfCore;
import org.gpumediator.nvidia.vf.gsp.BootloadRequest;
import org.gpumediator.nvidia.vf.gsp.GspClient;
import org.gpumediator.nvidia.vf.gsp.GspControls;
import org.gpumediator.nvidia.vf.gsp.GspRefusedException;
import org.gpumediator.nvidia.vf.guard.EventGuard;
import org.gpumediator.nvidia.vf.guard.GuardedEvent;
import org.gpumediator.nvidia.vf.manager.ControlState.Answer;
import org.gpumediator.nvidia.vf.manager.ControlState.Operation;
import org.gpumediator.nvidia.vf.wire.VgpuStructures.CleanUp;
import org.gpumediator.nvidia.vf.wire.VgpuStructures.Encoder;
import org.gpumediator.nvidia.vf.wire.VgpuStructures.ShutDown;
import org.jspecify.annotations.Nullable;

/**
 * One virtual GPU on the board: its virtual function, its memory, its channels, its firmware task.
 *
 * <p>Operations of one are done one at a time; a second one asked for meanwhile waits. Those of
 * different virtual GPUs do not wait for each other.
 *
 * <p>Source: create and destroy order of the open vGPU manager series. Destroying is the exact
 * reverse of creating, and so is the unwinding of a creation that fails half way. What cannot be
 * undone stays to be undone: its share is safe for another owner once nothing is left of that.
 */
public final class ManagedVgpu {

    /** Hears of what happens to one virtual GPU; must not call the firmware. Any thread. */
    public interface Listener {

        /** Its work has failed, by an exception of this number. */
        void onException(int exception);

        /** It has failed until it is reset: nothing of its guest must reach the hardware. */
        void onFailed(String why);

        /** Its share, lost when it was created or destroyed, is safe for another owner now. */
        void onReclaimed();
    }

    private static final int PLUGIN_CHANNELS = 1;

    private final PfCore core;
    private final VgpuRecord record;
    private final Listener listener;
    private final RecoveryCounts recoveries;
    private final ControlState control = new ControlState();
    private final EventGuard exceptions = new EventGuard(GuardedEvent.TELEMETRY.defaultLimit());
    private final Object operating = new Object();

    @GuardedBy("operating")
    private final UndoStack undo = new UndoStack();

    /** Whether a guest may have written to its framebuffer since that was last scrubbed. */
    @GuardedBy("operating")
    private boolean handedOut;

    /** Whether it is destroyed, or was never created. */
    @GuardedBy("operating")
    private boolean gone;

    /** The run of the firmware that it was last brought up in. */
    @GuardedBy("operating")
    private @Nullable FirmwareRun upIn;

    private volatile @Nullable PhysicalGpu function;
    private volatile @Nullable PluginLink link;
    private volatile boolean crashed;
    private volatile boolean failed;

    ManagedVgpu(PfCore core, VgpuRecord record, Listener listener, RecoveryCounts recoveries) {
        this.core = core;
        this.record = record;
        this.listener = listener;
        this.recoveries = recoveries;
    }

    /** Returns what it was made of. */
    public VgpuRecord record() {
        return record;
    }

    /** Returns where it is between operations. */
    public ControlState control() {
        return control;
    }

    Listener listener() {
        return listener;
    }

    /** Returns the exception budget of its channels; exceeding it fails it. */
    EventGuard exceptions() {
        return exceptions;
    }

    /** Returns whether it has failed and needs a reset. */
    public boolean hasFailed() {
        return failed;
    }

    /** Returns its virtual function while it is up, or null. */
    public @Nullable PhysicalGpu function() {
        return function;
    }

    private String what(String step) {
        return record.name() + ": " + step;
    }

    /**
     * Brings it up. What was done is undone if a step fails.
     *
     * @throws ShareLostException if a step fails and not all could be undone
     */
    void create() {
        synchronized (operating) {
            begin(Operation.START);
            try {
                bringUp();
            } catch (RuntimeException failure) {
                control.fail();
                gone = true;
                throw failure;
            }
            control.succeed(Operation.START);
        }
    }

    @GuardedBy("operating")
    private void bringUp() {
        try {
            bringUpSteps();
        } catch (RuntimeException failure) {
            RuntimeException second = takeDown();
            if (second != null) {
                ShareLostException lost = lostShare(failure);
                lost.addSuppressed(second);
                throw lost;
            }
            throw failure instanceof ShareLostException
                    ? new GpuMediationException(String.valueOf(failure.getMessage()), failure)
                    : failure;
        }
    }

    private ShareLostException lostShare(RuntimeException failure) {
        return new ShareLostException(
                what(
                        "share of framebuffer "
                                + record.framebuffer()
                                + " is kept until it is safe for another owner: "
                                + failure.getMessage()),
                failure);
    }

    /**
     * Whatever was made in a run of the firmware goes with it: such a step needs no undoing, and
     * must not be undone, in the next run.
     */
    @GuardedBy("operating")
    private void pushOfRun(FirmwareRun run, String name, Runnable step) {
        undo.push(
                name,
                () -> {
                    if (core.isCurrent(run)) {
                        step.run();
                    }
                });
    }

    /** What a function that hangs in its reset still does is unknown: that is undone first. */
    @GuardedBy("operating")
    private void pushFunctionReset(FirmwareRun run, PhysicalGpu vf) {
        pushOfRun(run, "function", () -> FunctionReset.perform(vf, core.waiter()));
    }

    @GuardedBy("operating")
    private void bringUpSteps() {
        FirmwareRun run = core.run();
        if (!run.rpc().isAlive()) {
            throw new DeviceLostException(what("start: " + run.rpc().lost()));
        }
        PhysicalGpu vf = core.takeFunction(record.gfid() - 1);
        try {
            FunctionReset.perform(vf, core.waiter());
        } catch (ShareLostException hangs) {
            pushFunctionReset(run, vf);
            throw hangs;
        }
        busMaster(vf, true);
        undo.push("bus mastering", () -> busMaster(vf, false));
        undo.push("framebuffer", this::scrubForNextOwner);
        core.scrubber().scrub(run, scrubChannel(), record.framebuffer(), record.heap());
        GspControls controls = run.controls();
        GspClient client = controls.newClient(what("client"));
        pushOfRun(run, "client", () -> controls.free(what("client"), client));
        PluginLink next = new PluginLink(core, run, record.gfid(), record.heap().start());
        crashed = false;
        link = next;
        next.prepare();
        BootloadRequest request = request();
        pushOfRun(run, "firmware task", () -> endTask(run));
        controls.control(
                what("start of firmware task"),
                client,
                GspControls.BOOTLOAD,
                core.dialect().bootload(request));
        undo.push("conversation", next::shut);
        next.awaitBoot(what("start of firmware task"));
        next.negotiate(what("protocol version"));
        next.call(
                what("configuration"),
                PluginLink.CONFIGURE,
                core.dialect().configuration(request, client.client()));
        controls.control(
                what("encoder"),
                client,
                GspControls.ENCODER,
                Encoder.LAYOUT
                        .allocate()
                        .put(Encoder.GFID, record.gfid())
                        .put(Encoder.ENCODER_CAPACITY, record.encoderPercent()));
        next.call(what("bus mastering"), PluginLink.BUS_MASTER, busMasterNotice());
        if (!core.isCurrent(run)) {
            throw new DeviceLostException(what("start: the board was reset meanwhile"));
        }
        handedOut = true;
        upIn = run;
        function = vf;
    }

    private BootloadRequest request() {
        int routing = core.routing(record.gfid() - 1);
        return new BootloadRequest(
                routing,
                record.gfid(),
                record.typeId(),
                record.pid(),
                record.channels(),
                PLUGIN_CHANNELS,
                record.framebuffer(),
                record.heap());
    }

    private static byte[] busMasterNotice() {
        ByteBuffer notice = PluginLink.little(8);
        notice.putInt(0, 1);
        return notice.array();
    }

    private static void busMaster(PhysicalGpu vf, boolean on) {
        vf.writeConfig(0x04, 2, on ? 4 : 0);
    }

    /** The last of its channels is the copy engine's while it has no work of its own. */
    private int scrubChannel() {
        return (int) record.channels().end() - 1;
    }

    /**
     * Clears all that a guest, or its firmware task for it, may have left. That this could not be
     * begun does not matter where no guest has been: the next owner's is scrubbed first, too.
     *
     * @throws ShareLostException if it has begun and does not finish
     */
    private void scrubForNextOwner() {
        synchronized (operating) {
            try {
                core.scrubber()
                        .scrub(core.run(), scrubChannel(), record.framebuffer(), record.heap());
                handedOut = false;
            } catch (ShareLostException running) {
                throw running;
            } catch (GpuMediationException notBegun) {
                if (handedOut) {
                    throw notBegun;
                }
            }
        }
    }

    /**
     * Ends the task and waits until the firmware has forgotten it; that there is none is not an
     * error.
     */
    private void endTask(FirmwareRun run) {
        tolerant(
                run,
                what("stop of firmware task"),
                GspControls.SHUT_DOWN,
                ShutDown.LAYOUT.allocate().put(ShutDown.GFID, record.gfid()));
        tolerant(
                run,
                what("clean-up of firmware task"),
                GspControls.CLEAN_UP,
                CleanUp.LAYOUT.allocate().put(CleanUp.GFID, record.gfid()));
    }

    private static void tolerant(FirmwareRun run, String step, int command, WireView parameters) {
        try {
            run.controls().control(step, run.client(), command, parameters);
        } catch (GspRefusedException refused) {
            if (refused.status() != GspControls.NOT_FOUND) {
                throw refused;
            }
        }
    }

    private void begin(Operation operation) {
        Answer answer = control.begin(operation);
        if (answer != Answer.BEGUN) {
            throw new GpuMediationException(
                    what(operation + " while " + control.resting() + ": " + answer));
        }
    }

    /**
     * Takes it down for good.
     *
     * @throws ShareLostException if its share could not be made safe for another owner yet
     */
    void destroy() {
        shutLink();
        synchronized (operating) {
            if (!gone) {
                gone = true;
                begin(Operation.DESTROY);
                RuntimeException failure = takeDown();
                control.succeed(Operation.DESTROY);
                if (failure != null) {
                    throw lostShare(failure);
                }
            }
        }
    }

    /** Undoes everything that bringing it up has done. Returns the first failure, or null. */
    @GuardedBy("operating")
    private @Nullable RuntimeException takeDown() {
        shutLink();
        function = null;
        return undo.unwind();
    }

    private void shutLink() {
        PluginLink now = link;
        if (now != null) {
            now.shut();
        }
    }

    private PluginLink link() {
        PluginLink now = link;
        if (now == null) {
            throw new GpuMediationException(what("has no firmware task"));
        }
        return now;
    }

    /**
     * Tries again to undo what is left of one that is destroyed, up to the first failure.
     *
     * @return whether its share is safe for another owner now
     */
    boolean reclaim() {
        synchronized (operating) {
            return undo.unwindUntilFailure();
        }
    }

    /**
     * Resets it: the firmware task starts over, the function's registers are as at first, the
     * framebuffer is scrubbed. Where the task no longer does so, everything that is its own is torn
     * down and brought up again in the same place. Neither goes beyond this virtual GPU.
     *
     * @return whether that has worked; it has failed otherwise, and the next reset tries again
     */
    public boolean reset() {
        synchronized (operating) {
            boolean up = control.resting() != ControlState.Resting.DOWN;
            if (gone || control.begin(up ? Operation.RESET : Operation.START) != Answer.BEGUN) {
                failed = true;
                return false;
            }
            failed = !(up && resetTask()) && !rebuild();
            if (!failed) {
                control.succeed(Operation.RESET);
            } else if (function == null) {
                control.down();
            } else {
                control.mismatch();
            }
            return !failed;
        }
    }

    @GuardedBy("operating")
    private boolean resetTask() {
        try {
            PhysicalGpu vf = function;
            if (vf == null) {
                return false;
            }
            FirmwareRun run = core.run();
            link().call(what("reset"), PluginLink.RESET, new byte[4]);
            try {
                FunctionReset.perform(vf, core.waiter());
            } catch (ShareLostException hangs) {
                pushFunctionReset(run, vf);
                throw hangs;
            }
            busMaster(vf, true);
            core.scrubber().scrub(run, scrubChannel(), record.framebuffer());
            recoveries.reset();
            return true;
        } catch (RuntimeException failure) {
            return false;
        }
    }

    /** Not tried while the firmware itself is dead: that is the board's recovery to repair. */
    @GuardedBy("operating")
    private boolean rebuild() {
        if (!core.isAlive()) {
            return false;
        }
        try {
            makeAnew();
            recoveries.rebuild();
            return true;
        } catch (ShareLostException stuck) {
            recoveries.lose();
            return false;
        } catch (RuntimeException failure) {
            return false;
        }
    }

    @GuardedBy("operating")
    private void makeAnew() {
        RuntimeException failure = takeDown();
        if (failure != null) {
            throw lostShare(failure);
        }
        bringUp();
    }

    /** Holds its work. Returns whether that has worked; it has failed otherwise. */
    public boolean pause() {
        return exchange(Operation.PAUSE, PluginLink.STOP_WORK);
    }

    /** Lets its work go on. Returns whether that has worked; it has failed otherwise. */
    public boolean resume() {
        return exchange(Operation.RESUME, PluginLink.RESUME_WORK);
    }

    private boolean exchange(Operation operation, int message) {
        synchronized (operating) {
            Answer answer = control.begin(operation);
            if (answer != Answer.BEGUN) {
                return answer == Answer.ALREADY;
            }
            try {
                link().call(what(operation.name()), message, new byte[4]);
                control.succeed(operation);
                return true;
            } catch (GspRefusedException refused) {
                control.fail();
            } catch (RuntimeException unknown) {
                control.mismatch();
            }
            failed = true;
            return false;
        }
    }

    /**
     * Takes the firmware task's state out. It must be paused.
     *
     * @throws GpuMediationException if it is not, or the firmware does not answer
     */
    public byte[] saveState() {
        synchronized (operating) {
            begin(Operation.SAVE);
            try {
                link().call(what("save"), PluginLink.SAVE_STATE, new byte[4]);
                byte[] state = link().takeState();
                control.succeed(Operation.SAVE);
                return state;
            } catch (RuntimeException failure) {
                control.fail();
                throw failure;
            }
        }
    }

    /**
     * Puts a firmware task's state in. It must be paused.
     *
     * @throws SnapshotFormatException if it cannot be a state, by its length
     * @throws GpuMediationException if it is not, or the firmware refuses
     */
    public void restoreState(byte[] state) {
        if (state.length > core.dialect().area().migrationBytes() || state.length % 4 != 0) {
            throw new SnapshotFormatException(
                    what("state of " + state.length + " bytes: does not fit"));
        }
        synchronized (operating) {
            begin(Operation.RESTORE);
            try {
                link().giveState(state);
                link().call(what("restore"), PluginLink.RESTORE_STATE, new byte[4]);
                link().call(what("restore"), PluginLink.RESTORE_DONE, new byte[4]);
                control.succeed(Operation.RESTORE);
            } catch (RuntimeException failure) {
                control.fail();
                throw failure;
            }
        }
    }

    /**
     * Ends its task and keeps what it owns: only a reset, which makes the task anew, or destroying
     * leads on.
     *
     * @throws GpuMediationException if the firmware refuses or does not answer: unknown whether the
     *     task has ended
     */
    public void stop() {
        shutLink();
        synchronized (operating) {
            Answer answer = control.begin(Operation.STOP);
            if (answer == Answer.ALREADY || answer == Answer.NOT_PERMITTED) {
                return;
            }
            failed = true;
            try {
                PhysicalGpu vf = function;
                if (vf != null) {
                    busMaster(vf, false);
                }
                FirmwareRun run = core.run();
                endTask(run);
                control.succeed(Operation.STOP);
            } catch (RuntimeException unknown) {
                control.mismatch();
                throw unknown;
            }
        }
    }

    /** Its firmware task has stopped for good. Returns whether that is news. */
    boolean crash() {
        boolean news = !crashed;
        crashed = true;
        failed = true;
        PluginLink now = link;
        if (now != null) {
            now.crash();
        }
        return news;
    }

    /** Its work has gone wrong for good, its firmware task has not. */
    void fail() {
        failed = true;
    }

    /** The board was lost: it has failed. */
    void boardLost() {
        function = null;
        failed = true;
    }

    /**
     * Brings it up again in the same place on a board that was reset. It stays failed until it is
     * reset: its guest must begin anew. No effect on one that is destroyed, or is up already.
     */
    void pushAgain() {
        synchronized (operating) {
            if (gone || upIn != null && core.isCurrent(upIn)) {
                return;
            }
            control.down();
            failed = true;
            undo.clear();
            undo.push("framebuffer", this::scrubForNextOwner);
            begin(Operation.START);
            try {
                makeAnew();
            } catch (RuntimeException failure) {
                control.fail();
                throw failure;
            }
            control.succeed(Operation.START);
        }
    }

    @Override
    public String toString() {
        return record.name() + " (GFID " + record.gfid() + ", " + control.resting() + ")";
    }
}
