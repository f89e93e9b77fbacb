package org.gpumediator.nvidia.vf.manager;

import java.nio.ByteBuffer;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.nvidia.vf.core.FunctionReset;
import org.gpumediator.nvidia.vf.core.PfCore;
import org.gpumediator.nvidia.vf.gsp.BootloadRequest;
import org.gpumediator.nvidia.vf.gsp.GspControls;
import org.gpumediator.nvidia.vf.gsp.GspRefusedException;
import org.gpumediator.nvidia.vf.guard.EventGuard;
import org.gpumediator.nvidia.vf.guard.GuardedEvent;
import org.gpumediator.nvidia.vf.manager.ControlState.Answer;
import org.gpumediator.nvidia.vf.manager.ControlState.Operation;
import org.jspecify.annotations.Nullable;

/**
 * One virtual GPU on the board: its virtual function, its memory, its channels, its firmware task.
 *
 * <p>Operations of one are done one at a time; a second one asked for meanwhile waits. Those of
 * different virtual GPUs do not wait for each other.
 *
 * <p>Source: create and destroy order of the open vGPU manager series. Destroying is the exact
 * reverse of creating, and so is the unwinding of a creation that fails half way.
 */
public final class ManagedVgpu {

    private static final int PLUGIN_CHANNELS = 1;

    private final PfCore core;
    private final VgpuRecord record;
    private final Runnable onForget;
    private final RecoveryCounts recoveries;
    private final ControlState control = new ControlState();
    private final EventGuard exceptions = new EventGuard(GuardedEvent.TELEMETRY.defaultLimit());
    private final Object operating = new Object();
    private UndoStack undo = new UndoStack();
    private volatile @Nullable PhysicalGpu function;
    private volatile PluginLink link;
    private volatile boolean failed;
    private volatile @Nullable ShareLostException lost;

    ManagedVgpu(PfCore core, VgpuRecord record, Runnable onForget, RecoveryCounts recoveries) {
        this.core = core;
        this.record = record;
        this.onForget = onForget;
        this.recoveries = recoveries;
        link = new PluginLink(core, record.gfid(), record.heap().start());
    }

    /** Returns what it was made of. */
    public VgpuRecord record() {
        return record;
    }

    /** Returns where it is between operations. */
    public ControlState control() {
        return control;
    }

    /** Returns what counts the exceptions of its channels: so many in so long are borne. */
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

    /** Brings it up. What was done is undone if a step fails. */
    void create() {
        synchronized (operating) {
            begin(Operation.START);
            try {
                bringUp();
            } catch (RuntimeException failure) {
                control.fail();
                throw failure;
            }
            control.succeed(Operation.START);
        }
    }

    /** Undoes what was done. Returns the failure, or that the share is lost on top of it. */
    private RuntimeException unwound(RuntimeException failure) {
        function = null;
        RuntimeException second = undo.unwind();
        if (second == null && !(failure instanceof ShareLostException)) {
            return failure;
        }
        ShareLostException why = lostShare(failure);
        if (second != null) {
            why.addSuppressed(second);
        }
        return why;
    }

    /** Its share must not be given to anybody any more: says so now and at every later try. */
    private ShareLostException lostShare(RuntimeException failure) {
        ShareLostException why =
                new ShareLostException(
                        what(
                                "share of framebuffer "
                                        + record.framebuffer()
                                        + " is lost: "
                                        + failure.getMessage()),
                        failure);
        lost = why;
        return why;
    }

    private void bringUp() {
        try {
            bringUpSteps();
        } catch (RuntimeException failure) {
            throw unwound(failure);
        }
    }

    private void bringUpSteps() {
        int index = record.gfid() - 1;
        PhysicalGpu vf = core.takeFunction(index);
        FunctionReset.perform(vf, core.waiter());
        busMaster(vf, true);
        undo.push("bus mastering", () -> busMaster(vf, false));
        undo.push("framebuffer", this::scrub);
        scrub();
        GspControls controls = core.controls();
        int client = controls.newClient(what("client"));
        undo.push("client", () -> core.controls().free(what("client"), client, client));
        PluginLink next = new PluginLink(core, record.gfid(), record.heap().start());
        link = next;
        next.prepare();
        BootloadRequest request = request();
        undo.push("firmware task", this::endTask);
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
                core.dialect().configuration(request, client));
        controls.control(
                what("encoder"),
                client,
                GspControls.ENCODER,
                record.gfid(),
                record.encoderPercent());
        next.call(what("bus mastering"), PluginLink.BUS_MASTER, busMasterNotice());
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
    private void scrub() {
        core.scrubber()
                .scrub(
                        core.controls(),
                        core.client(),
                        (int) record.channels().end() - 1,
                        record.framebuffer());
    }

    /**
     * Ends the task and waits until the firmware has forgotten it; that there is none is not an
     * error.
     */
    private void endTask() {
        tolerant(what("stop of firmware task"), GspControls.SHUT_DOWN);
        tolerant(what("clean-up of firmware task"), GspControls.CLEAN_UP);
    }

    private void tolerant(String step, int command) {
        try {
            core.controls().control(step, core.client(), command, record.gfid());
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
     * Takes it down.
     *
     * @throws ShareLostException if its share could not be made safe for another owner
     */
    public void destroy() {
        link.shut();
        synchronized (operating) {
            if (control.resting() != ControlState.Resting.DOWN) {
                begin(Operation.DESTROY);
                tearDown();
                control.succeed(Operation.DESTROY);
            }
            onForget.run();
            ShareLostException why = lost;
            if (why != null) {
                throw why;
            }
        }
    }

    /** Undoes everything that bringing it up has done. What fails makes its share a lost one. */
    private void tearDown() {
        link.shut();
        function = null;
        RuntimeException failure = undo.unwind();
        if (failure != null) {
            lostShare(failure);
        }
    }

    /**
     * Resets it: the firmware task starts over, the function's registers are as at first, the
     * framebuffer is scrubbed. Where the task no longer does so, everything that is its own is torn
     * down and brought up again in the same place. Neither goes beyond this virtual GPU.
     *
     * @return whether that has worked; it has failed otherwise, and is lost for good if its
     *     framebuffer could not be scrubbed or its function does not come back
     */
    public boolean reset() {
        synchronized (operating) {
            boolean up = control.resting() != ControlState.Resting.DOWN;
            if (lost != null
                    || control.begin(up ? Operation.RESET : Operation.START) != Answer.BEGUN) {
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

    private boolean resetTask() {
        try {
            link.call(what("reset"), PluginLink.RESET, new byte[4]);
            PhysicalGpu vf = function;
            if (vf == null) {
                return false;
            }
            resetFunction(vf);
            busMaster(vf, true);
            scrub();
            recoveries.reset();
            return true;
        } catch (RuntimeException failure) {
            return false;
        }
    }

    /** A function that does not come back has failed for good: nothing else is tried. */
    private void resetFunction(PhysicalGpu vf) {
        try {
            FunctionReset.perform(vf, core.waiter());
        } catch (ShareLostException dead) {
            recoveries.lose();
            throw lostShare(dead);
        }
    }

    /** Not tried while the firmware itself is dead: that is the board's recovery to repair. */
    private boolean rebuild() {
        if (lost != null || !core.isAlive()) {
            return false;
        }
        tearDown();
        if (lost != null) {
            recoveries.lose();
            return false;
        }
        try {
            bringUp();
            recoveries.rebuild();
            return true;
        } catch (RuntimeException failure) {
            if (lost != null) {
                recoveries.lose();
            }
            return false;
        }
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
                link.call(what(operation.name()), message, new byte[4]);
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
                link.call(what("save"), PluginLink.SAVE_STATE, new byte[4]);
                byte[] state = link.takeState();
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
     * @throws GpuMediationException if it is not, or the firmware refuses
     */
    public void restoreState(byte[] state) {
        if (state.length > core.dialect().area().migrationBytes() || state.length % 4 != 0) {
            throw new GpuMediationException(
                    what("state of " + state.length + " bytes: does not fit"));
        }
        synchronized (operating) {
            begin(Operation.RESTORE);
            try {
                link.giveState(state);
                link.call(what("restore"), PluginLink.RESTORE_STATE, new byte[4]);
                link.call(what("restore"), PluginLink.RESTORE_DONE, new byte[4]);
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
        link.shut();
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
                endTask();
                control.succeed(Operation.STOP);
            } catch (RuntimeException unknown) {
                control.mismatch();
                throw unknown;
            }
        }
    }

    /** Its firmware task has stopped for good. Returns whether that is news. */
    boolean crashed() {
        boolean news = !link.hasCrashed();
        link.crash();
        failed = true;
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
     * reset: its guest must begin anew.
     */
    void pushAgain() {
        synchronized (operating) {
            control.down();
            undo = new UndoStack();
            lost = null;
            failed = true;
            create();
        }
    }

    @Override
    public String toString() {
        return record.name() + " (GFID " + record.gfid() + ", " + control.resting() + ")";
    }
}
