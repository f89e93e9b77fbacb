package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The firmware's controls of virtual GPUs: what types there are, and the life of their tasks. Used
 * under the board's lock.
 *
 * <p>Source: control numbers and bodies of the open drivers, 570 layouts.
 */
final class VgpuControls implements ControlTable {

    private static final int BOOTLOAD_BYTES = 6616;
    private static final int FIRST_CHANNEL_SEGMENT = 0x178;
    private static final int TYPE_BYTES = 96;
    private static final int RUNLIST_CHANNELS = 2048;

    private record TypeRow(int id, int maxInstances, int frameRateLimit) {}

    private final Board board;
    private final Map<Integer, TypeRow> types = new HashMap<>();
    private final Map<Integer, PluginTask> plugins = new TreeMap<>();
    private final Map<Integer, Integer> encoders = new HashMap<>();
    private final Map<Integer, Control> controls;
    private boolean mixedSizes;

    VgpuControls(Board board) {
        this.board = board;
        // spotless:off
        controls = Map.ofEntries(
                Map.entry(0x2080_017e, this::segmentSize),
                Map.entry(0x2080_012f, this::errorCorrection),
                Map.entry(0x2080_3601, VgpuControls::features),
                Map.entry(0x2080_4001, this::bootload),
                Map.entry(0x2080_4002, this::shutDown),
                Map.entry(0x2080_4003, this::addTypes),
                Map.entry(0x2080_4004, this::enumerate),
                Map.entry(0x2080_4007, this::encoder),
                Map.entry(0x2080_4008, this::cleanUp),
                Map.entry(0x2080_400e, this::heterogeneous));
        // spotless:on
    }

    @Override
    public @Nullable Control find(int command) {
        return controls.get(command);
    }

    Map<Integer, PluginTask> plugins() {
        return plugins;
    }

    boolean mixedSizes() {
        return mixedSizes;
    }

    /** Forgets everything: the firmware is off. */
    void reset() {
        plugins.values().forEach(task -> board.releaseFramebuffer(task.grant().gfid()));
        plugins.clear();
        types.clear();
        encoders.clear();
    }

    private int segmentSize(ByteBuffer body) {
        if (body.limit() < 8) {
            return GspStatus.BAD_ARGUMENT;
        }
        body.putLong(0, board.model().segmentBytes());
        return GspStatus.OK;
    }

    private int errorCorrection(ByteBuffer body) {
        if (body.limit() < 4) {
            return GspStatus.BAD_ARGUMENT;
        }
        body.putInt(0, board.isErrorCorrecting() ? 1 : 0);
        return GspStatus.OK;
    }

    private static int features(ByteBuffer body) {
        if (body.limit() < 72) {
            return GspStatus.BAD_ARGUMENT;
        }
        body.putInt(0, 1);
        body.put(4, (byte) 1);
        body.put(5, (byte) 1);
        body.put(8, "570.144".getBytes(StandardCharsets.US_ASCII));
        return GspStatus.OK;
    }

    private int addTypes(ByteBuffer body) {
        if (body.limit() < 8) {
            return GspStatus.BAD_ARGUMENT;
        }
        if (body.getInt(0) != 0) {
            types.clear();
        }
        int count = body.getInt(4);
        if (count < 0 || count > 128 || body.limit() != 8 + count * TYPE_BYTES) {
            return GspStatus.BAD_ARGUMENT;
        }
        for (int i = 0; i < count; i++) {
            int at = 8 + i * TYPE_BYTES;
            int id = body.getInt(at);
            types.put(id, new TypeRow(id, body.getInt(at + 76), body.getInt(at + 92)));
        }
        return GspStatus.OK;
    }

    private int bootload(ByteBuffer body) {
        if (body.limit() != BOOTLOAD_BYTES) {
            return GspStatus.BAD_ARGUMENT;
        }
        int gfid = body.getInt(4);
        TypeRow type = types.get(body.getInt(8));
        PluginTask.Grant grant =
                new PluginTask.Grant(
                        gfid,
                        body.getInt(8),
                        body.getInt(0x14),
                        body.getInt(0x1c),
                        body.getLong(FIRST_CHANNEL_SEGMENT),
                        body.getLong(0xd78),
                        body.getLong(0x1978),
                        body.getLong(0x1980));
        if (gfid < 1 || gfid > AdaConfig.TOTAL_VFS || type == null || body.getLong(0x170) != 1) {
            return GspStatus.BAD_ARGUMENT;
        }
        if (plugins.containsKey(gfid)) {
            return GspStatus.IN_USE;
        }
        if (!isSound(grant)) {
            return GspStatus.BAD_ARGUMENT;
        }
        long same =
                plugins.values().stream().filter(task -> task.grant().type() == type.id).count();
        boolean collides = plugins.values().stream().anyMatch(task -> task.overlaps(grant));
        if (collides || same >= type.maxInstances) {
            return GspStatus.IN_USE;
        }
        plugins.put(gfid, new PluginTask(board, grant));
        board.grantFramebuffer(gfid, grant.framebufferStart(), grant.framebufferLength());
        board.engine().frameRateLimit(gfid, type.frameRateLimit);
        return GspStatus.OK;
    }

    private boolean isSound(PluginTask.Grant grant) {
        long segment = board.model().segmentBytes();
        long total = board.model().framebufferBytes();
        return grant.framebufferLength() > 0
                && grant.framebufferStart() >= 0
                && grant.framebufferStart() % segment == 0
                && grant.framebufferLength() % segment == 0
                && grant.framebufferLength() <= total - grant.framebufferStart()
                && grant.heapStart() >= 0
                && grant.heapStart() % 4096 == 0
                && PluginTask.isHeapLargeEnough(grant.heapLength())
                && grant.heapLength() <= total - grant.heapStart()
                && !board.gsp().isProtected(grant.framebufferStart(), grant.framebufferLength())
                && !board.gsp().isProtected(grant.heapStart(), grant.heapLength())
                && !PluginTask.overlap(
                        grant.framebufferStart(),
                        grant.framebufferLength(),
                        grant.heapStart(),
                        grant.heapLength())
                && Integer.bitCount(grant.channels()) == 1
                && grant.channelOffset() >= 0
                && grant.channelOffset() <= RUNLIST_CHANNELS - grant.channels();
    }

    private int shutDown(ByteBuffer body) {
        PluginTask task = body.limit() < 4 ? null : plugins.get(body.getInt(0));
        if (task == null) {
            return GspStatus.NOT_FOUND;
        }
        task.shutDown();
        return GspStatus.OK;
    }

    private int cleanUp(ByteBuffer body) {
        PluginTask task = body.limit() < 4 ? null : plugins.get(body.getInt(0));
        if (task == null) {
            return GspStatus.NOT_FOUND;
        }
        boolean still =
                task.state() != PluginTask.State.SHUTDOWN
                        && task.state() != PluginTask.State.CRASHED;
        if (still) {
            return GspStatus.BAD_STATE;
        }
        int gfid = body.getInt(0);
        plugins.remove(gfid);
        encoders.remove(gfid);
        board.releaseFramebuffer(gfid);
        return GspStatus.OK;
    }

    private int enumerate(ByteBuffer body) {
        if (body.limit() < 4 + 4 * AdaConfig.TOTAL_VFS) {
            return GspStatus.BAD_ARGUMENT;
        }
        body.putInt(0, plugins.size());
        int at = 4;
        for (int gfid : plugins.keySet()) {
            body.putInt(at, gfid);
            at += 4;
        }
        return GspStatus.OK;
    }

    private int encoder(ByteBuffer body) {
        if (body.limit() < 8
                || !plugins.containsKey(body.getInt(0))
                || body.getInt(4) < 0
                || body.getInt(4) > 100) {
            return GspStatus.BAD_ARGUMENT;
        }
        encoders.put(body.getInt(0), body.getInt(4));
        return GspStatus.OK;
    }

    private int heterogeneous(ByteBuffer body) {
        if (body.limit() < 4) {
            return GspStatus.BAD_ARGUMENT;
        }
        if (!plugins.isEmpty()) {
            return GspStatus.IN_USE;
        }
        mixedSizes = body.getInt(0) != 0;
        return GspStatus.OK;
    }
}
