package org.gpumediator.nvidia.vf.manager;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gpumediator.api.DeviceLostException;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.nvidia.vf.core.FirmwareRun;
import org.gpumediator.nvidia.vf.core.PfCore;
import org.gpumediator.nvidia.vf.gsp.CommunicationArea;
import org.gpumediator.nvidia.vf.gsp.GspDialect;
import org.gpumediator.nvidia.vf.gsp.GspRefusedException;
import org.gpumediator.nvidia.vf.gsp.GspTimeoutException;
import org.gpumediator.nvidia.vf.gsp.Waiter;
import org.gpumediator.nvidia.vf.hardware.BoardRegisters;

/**
 * The conversation with the firmware task of one virtual GPU, through the communication area at the
 * start of its heap. One call at a time for each virtual GPU; those of different ones do not wait
 * for each other.
 *
 * <p>Source: communication area and messages of the open vGPU manager series.
 */
final class PluginLink {

    // spotless:off
    static final int NEGOTIATE       = 1;
    static final int CONFIGURE       = 2;
    static final int RESET           = 3;
    static final int STOP_WORK       = 4;
    static final int CANCEL_STOP     = 5;
    static final int SAVE_STATE      = 6;
    static final int RESTORE_STATE   = 8;
    static final int RESTORE_DONE    = 9;
    static final int RESUME_WORK     = 10;
    static final int BUS_MASTER      = 13;
    // spotless:on

    private static final int MOST_PAYLOAD = 4096;
    private static final int DOORBELL_PLUGIN = 17;
    private static final int FRAMEBUFFER_BAR = 1;
    private static final long MARKER_NANOS = 10_000_000_000L;
    private static final long ANSWER_NANOS = 120_000_000_000L;

    private final FirmwareRun run;
    private final Waiter waiter;
    private final PhysicalGpu gpu;
    private final GspDialect dialect;
    private final CommunicationArea area;
    private final int gfid;
    private final long base;
    private volatile boolean crashed;
    private volatile boolean shut;

    @GuardedBy("this")
    private int sequence;

    PluginLink(PfCore core, FirmwareRun run, int gfid, long heapStart) {
        this.run = run;
        this.waiter = core.waiter();
        this.gpu = core.gpu();
        this.dialect = core.dialect();
        this.area = dialect.area();
        this.gfid = gfid;
        this.base = heapStart;
    }

    private int get(int offset) {
        return (int) gpu.read(FRAMEBUFFER_BAR, base + offset, 4);
    }

    private void put(int offset, int value) {
        gpu.write(FRAMEBUFFER_BAR, base + offset, 4, value & 0xffff_ffffL);
    }

    /** Says where things are in the communication area, which must be all zero. */
    synchronized void prepare() {
        put(0, area.version());
        int offsets = CommunicationArea.CONTROL_OFFSETS;
        put(offsets, area.response());
        put(offsets + 8, area.message());
        put(offsets + 16, area.migration());
        put(offsets + 24, area.errors());
    }

    /**
     * Waits until the task has started.
     *
     * @throws GspTimeoutException if it does not
     */
    void awaitBoot(String what) {
        boolean booted =
                waiter.until(
                        MARKER_NANOS,
                        () ->
                                get(CommunicationArea.CONTROL_SEQUENCE)
                                                == CommunicationArea.BOOT_MARKER
                                        || crashed
                                        || !run.rpc().isAlive());
        check(what);
        if (!booted) {
            throw new GspTimeoutException(
                    what + ": task did not start within " + MARKER_NANOS + " ns");
        }
    }

    /** Agrees on the protocol; another version than the one asked for is refused. */
    void negotiate(String what) {
        int wanted = dialect.pluginVersion();
        ByteBuffer payload = little(8);
        payload.putInt(0, wanted);
        call(what, NEGOTIATE, payload.array());
        int agreed = payload.getInt(4);
        if (agreed != wanted) {
            throw new GpuMediationException(
                    what + ": protocol version " + agreed + ": expected " + wanted);
        }
    }

    static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Sends a message and waits for the answer.
     *
     * @param payload a multiple of 4 bytes; replaced by what the task makes of it
     * @throws GspRefusedException if the task answers by an error
     * @throws GspTimeoutException if it does not answer
     * @throws GpuMediationException if it has crashed, or the link is shut
     */
    synchronized void call(String what, int message, byte[] payload) {
        if (payload.length > MOST_PAYLOAD || payload.length % 4 != 0) {
            throw new IllegalArgumentException(
                    what
                            + ": payload of "
                            + payload.length
                            + " bytes: expected a multiple of 4 up to 4096");
        }
        if (shut) {
            throw new GpuMediationException(what + ": the link is shut");
        }
        check(what);
        ByteBuffer words = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < payload.length; i += 4) {
            put(area.message() + i, words.getInt(i));
        }
        int number = ++sequence;
        put(CommunicationArea.CONTROL_TYPE, message);
        put(CommunicationArea.CONTROL_SEQUENCE, number);
        new Mmio(gpu).write(BoardRegisters.TASK_DOORBELL, gfid * 32 + DOORBELL_PLUGIN);
        int response = area.response();
        AtomicBoolean answered = new AtomicBoolean(); // once: what is read may change after it
        boolean ended =
                waiter.until(
                        ANSWER_NANOS,
                        () -> {
                            answered.setPlain(isProcessed(number));
                            return answered.getPlain() || crashed || shut || !run.rpc().isAlive();
                        });
        check(what);
        if (shut) {
            throw new GpuMediationException(what + ": the link was shut meanwhile");
        }
        if (!ended) {
            throw new GspTimeoutException(
                    what + ": task did not answer within " + ANSWER_NANOS + " ns");
        }
        if (!answered.getPlain()) {
            throw new DeviceLostException(what + ": the firmware was started anew meanwhile");
        }
        int result = get(response + CommunicationArea.RESPONSE_RESULT);
        if (result != 0) {
            throw new GspRefusedException(what, result);
        }
        for (int i = 0; i < payload.length; i += 4) {
            words.putInt(i, get(area.message() + i));
        }
    }

    private boolean isProcessed(int number) {
        return get(area.response() + CommunicationArea.RESPONSE_PROCESSED) == number;
    }

    private void check(String what) {
        if (crashed) {
            throw new GpuMediationException(
                    what + ": the firmware task has crashed (exception 78)");
        }
        String lost = run.rpc().lost();
        if (lost != null) {
            throw new DeviceLostException(what + ": " + lost);
        }
    }

    /** The task has stopped for good: whoever waits for it need not any longer. */
    void crash() {
        crashed = true;
    }

    /** Ends the conversation. Idempotent. */
    void shut() {
        shut = true;
    }

    /** Reads what the task has put into the migration buffer. */
    synchronized byte[] takeState() {
        int bytes = get(area.response() + CommunicationArea.RESPONSE_MIGRATED);
        boolean whole = get(area.response() + CommunicationArea.RESPONSE_SAVED) == 1;
        if (!whole || bytes < 0 || bytes > area.migrationBytes() || bytes % 4 != 0) {
            throw new GpuMediationException("saved state of " + bytes + " bytes: not whole");
        }
        ByteBuffer state = little(bytes);
        for (int i = 0; i < bytes; i += 4) {
            state.putInt(i, get(area.migration() + i));
        }
        return state.array();
    }

    /** Puts state into the migration buffer. */
    synchronized void giveState(byte[] state) {
        ByteBuffer words = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + 4 <= state.length; i += 4) {
            put(area.migration() + i, words.getInt(i));
        }
        put(CommunicationArea.CONTROL_MIGRATED, state.length);
    }
}
