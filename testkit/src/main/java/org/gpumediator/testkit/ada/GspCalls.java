package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.util.Map;

/** What the firmware does when it is called, and what it answers. */
final class GspCalls {

    // spotless:off
    static final int FREE         = 10;
    static final int UNLOADING    = 47;
    static final int STATIC_INFO  = 65;
    static final int SYSTEM_INFO  = 72;
    static final int SET_REGISTRY = 73;
    static final int RM_CONTROL   = 76;
    static final int RM_ALLOC     = 103;
    // spotless:on

    private static final int CONTROL_HEADER = 24;

    private final Board board;
    private final FakeGsp firmware;
    private final GspObjects objects;
    private final VgpuControls vgpus;
    private final SchedulerControls scheduler;
    private boolean systemInfoSeen;
    private boolean registrySeen;

    GspCalls(Board board, FakeGsp firmware) {
        this.board = board;
        this.firmware = firmware;
        objects = new GspObjects(board);
        vgpus = new VgpuControls(board);
        scheduler = new SchedulerControls(board);
    }

    void reset() {
        systemInfoSeen = false;
        registrySeen = false;
        vgpus.reset();
        scheduler.reset();
        objects.reset();
    }

    /** Returns whether it was told of the system and its settings, as it must be at boot. */
    boolean isToldOfTheSystem() {
        return systemInfoSeen && registrySeen;
    }

    GspObjects objects() {
        return objects;
    }

    Map<Integer, PluginTask> plugins() {
        return vgpus.plugins();
    }

    boolean mixedSizes() {
        return vgpus.mixedSizes();
    }

    int schedulerPolicy() {
        return scheduler.policy();
    }

    /**
     * Answers a call.
     *
     * @param wrong whether to do nothing and answer that it failed, where an answer can say so
     */
    byte[] answer(int function, ByteBuffer body, boolean wrong) {
        return switch (function) {
            case RM_CONTROL -> control(body, wrong);
            case RM_ALLOC -> objects.allocate(body, wrong);
            case FREE -> objects.free(body, wrong);
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

    private byte[] staticInfo() {
        ByteBuffer info = GspQueues.little(new byte[64]);
        info.putInt(AdaConfig.TOTAL_VFS).putInt(AdaConfig.FIRST_VF);
        info.putLong(board.model().framebufferBytes());
        info.putInt(GspObjects.RUNLIST_CHANNELS).putInt(AdaConfig.TOTAL_VFS);
        info.putInt(0xffff).putInt(0).putInt(0);
        info.putInt(board.isErrorCorrecting() ? 1 : 0);
        int client = GspObjects.FIRST_CLIENT;
        info.putInt(client).putInt(client + 1).putInt(client + 2);
        return info.array();
    }

    private byte[] control(ByteBuffer body, boolean wrong) {
        if (body.limit() < CONTROL_HEADER || body.getInt(16) != body.limit() - CONTROL_HEADER) {
            return new byte[CONTROL_HEADER];
        }
        ByteBuffer parameters = GspQueues.little(new byte[body.getInt(16)]);
        body.get(CONTROL_HEADER, parameters.array());
        body.putInt(12, wrong ? GspStatus.INJECTED : control(body, parameters));
        body.put(CONTROL_HEADER, parameters.array());
        return body.array();
    }

    private int control(ByteBuffer header, ByteBuffer parameters) {
        if (firmware.stateNow() != FakeGsp.State.RUNNING) {
            return GspStatus.BAD_STATE;
        }
        if (!objects.isClient(header.getInt(0))) {
            return GspStatus.BAD_CLIENT;
        }
        int command = header.getInt(8);
        ControlTable.Control control = vgpus.find(command);
        if (control == null) {
            control = scheduler.find(command);
        }
        return control == null ? GspStatus.NOT_SUPPORTED : control.run(parameters);
    }
}
