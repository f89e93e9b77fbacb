package org.gpumediator.nvidia.vf.manager;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.MediationClock;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.nvidia.vf.gsp.GspRpc;
import org.gpumediator.nvidia.vf.wire.EventStructures.PluginNotice;
import org.gpumediator.nvidia.vf.wire.EventStructures.RobustChannel;

/** What the firmware tells of tasks and channels goes to the virtual GPU that it is about. */
public final class FirmwareEvents implements GspRpc.EventListener {

    private static final int EVENT_RC = 0x1004;
    private static final int EVENT_PLUGIN = 0x100d;
    private static final int NOTICE_CRASHED = 2;
    private static final int LEVEL_FATAL = 2;
    private static final int HOST = 0;

    private final VgpuBooks books;
    private final MediationClock clock;
    private final LongAdder crashes = new LongAdder();
    private final LongAdder exceptions = new LongAdder();

    /** Creates the events of the virtual GPUs in these books. */
    public FirmwareEvents(VgpuBooks books, MediationClock clock) {
        this.books = books;
        this.clock = clock;
    }

    @Override
    public void onEvent(GspRpc connection, int number, ByteBuffer payload) {
        if (number == EVENT_PLUGIN && payload.limit() >= PluginNotice.LAYOUT.bytes()) {
            WireView notice = PluginNotice.LAYOUT.view(payload);
            ManagedVgpu vgpu = books.find(notice.getInt(PluginNotice.GFID));
            boolean stopped = notice.getInt(PluginNotice.NOTIFY_INDEX) == NOTICE_CRASHED;
            if (vgpu != null && stopped && vgpu.crash()) {
                crashes.increment();
                vgpu.listener().onFailed("firmware task has stopped");
            }
        } else if (number == EVENT_RC && payload.limit() >= RobustChannel.LAYOUT.bytes()) {
            WireView event = RobustChannel.LAYOUT.view(payload);
            robustChannel(
                    connection,
                    event.getInt(RobustChannel.GFID),
                    event.getInt(RobustChannel.CHID),
                    event.getInt(RobustChannel.EXCEPT_TYPE),
                    event.getInt(RobustChannel.EXCEPT_LEVEL));
        }
    }

    /**
     * A contained exception goes to the virtual GPU whose channel it was, and to no other. One that
     * is fatal, or one too many in a short time, fails that one. The board is lost by an exception
     * that is not contained, and by a fatal one of the host's own.
     */
    private void robustChannel(GspRpc connection, int gfid, int channel, int exception, int level) {
        exceptions.increment();
        if (ExceptionScope.of(exception) == ExceptionScope.BOARD
                || gfid == HOST && level == LEVEL_FATAL) {
            connection.markLost("exception " + exception + " concerns the board");
            books.all().forEach(ManagedVgpu::boardLost);
            return;
        }
        ManagedVgpu vgpu = books.find(gfid);
        if (vgpu == null
                || channel < vgpu.record().channels().start()
                || channel >= vgpu.record().channels().end()) {
            return;
        }
        vgpu.listener().onException(exception);
        boolean admitted = vgpu.exceptions().record(clock.nanoTime());
        if ((level == LEVEL_FATAL || !admitted) && !vgpu.hasFailed()) {
            vgpu.fail();
            vgpu.listener()
                    .onFailed(
                            admitted
                                    ? "exception " + exception
                                    : "too many exceptions in a minute");
        }
    }

    /** Adds counters to a map. */
    public void count(Map<String, Long> counters) {
        counters.put("vgpu.crashes", crashes.sum());
        counters.put("vgpu.exceptions", exceptions.sum());
    }
}
