package org.gpumediator.testkit.ada;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.gpumediator.core.wire.WireStructure;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspBoardStructures.ErrorCorrection;
import org.gpumediator.testkit.ada.GspBoardStructures.ErrorCorrectionUnit;
import org.gpumediator.testkit.ada.GspBoardStructures.Features;
import org.gpumediator.testkit.ada.GspBoardStructures.NumChannels;
import org.gpumediator.testkit.ada.GspBoardStructures.SegmentSize;
import org.gpumediator.testkit.ada.GspVgpuStructures.AddTypes;
import org.gpumediator.testkit.ada.GspVgpuStructures.Bootload;
import org.gpumediator.testkit.ada.GspVgpuStructures.CleanUp;
import org.gpumediator.testkit.ada.GspVgpuStructures.Encoder;
import org.gpumediator.testkit.ada.GspVgpuStructures.Enumerate;
import org.gpumediator.testkit.ada.GspVgpuStructures.Guest;
import org.gpumediator.testkit.ada.GspVgpuStructures.Heterogeneous;
import org.gpumediator.testkit.ada.GspVgpuStructures.ShutDown;
import org.gpumediator.testkit.ada.GspVgpuStructures.VgpuType;
import org.jspecify.annotations.Nullable;

/**
 * The firmware's controls of virtual GPUs: what types there are, and the life of their tasks. Used
 * under the board's lock.
 *
 * <p>Source: control numbers and bodies of the open drivers, 570 layouts.
 */
final class VgpuControls implements ControlTable {

    private static final int MOST_TYPES = 128;
    private static final int GRAPHICS = 1;
    private static final int RUNLIST_CHANNELS = 2048;

    private record TypeRow(int id, int maxInstances, int frameRateLimit, String name) {}

    private final Board board;
    private final Map<Integer, TypeRow> types = new HashMap<>();
    private final Map<Integer, PluginTask> plugins = new TreeMap<>();
    private final Map<Integer, Integer> encoders = new HashMap<>();
    private final Map<Integer, Control> controls;
    private boolean mixedSizes;

    VgpuControls(Board board) {
        this.board = board;
        controls =
                Map.ofEntries(
                        entry(0x2080_017e, SegmentSize.LAYOUT, this::segmentSize),
                        entry(0x2080_012f, ErrorCorrection.LAYOUT, this::errorCorrection),
                        entry(0x2080_0a61, NumChannels.LAYOUT, VgpuControls::channels),
                        entry(0x2080_3601, Features.LAYOUT, VgpuControls::features),
                        entry(0x2080_4001, Bootload.LAYOUT, this::bootload),
                        entry(0x2080_4002, ShutDown.LAYOUT, this::shutDown),
                        entry(0x2080_4003, AddTypes.LAYOUT, this::addTypes),
                        entry(0x2080_4004, Enumerate.LAYOUT, this::enumerate),
                        entry(0x2080_4007, Encoder.LAYOUT, this::encoder),
                        entry(0x2080_4008, CleanUp.LAYOUT, this::cleanUp),
                        entry(0x2080_400e, Heterogeneous.LAYOUT, this::heterogeneous));
    }

    private static Map.Entry<Integer, Control> entry(
            int command, WireStructure layout, Handler handler) {
        return Map.entry(command, new Control(layout, handler));
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

    private int segmentSize(WireView body) {
        body.put(SegmentSize.VMMU_SEGMENT_SIZE, board.model().segmentBytes());
        return GspStatus.OK;
    }

    private int errorCorrection(WireView body) {
        body.element(ErrorCorrection.UNITS, 0, ErrorCorrectionUnit.LAYOUT)
                .put(ErrorCorrectionUnit.SUPPORTED, 1)
                .put(ErrorCorrectionUnit.ENABLED, board.isErrorCorrecting() ? 1 : 0);
        return GspStatus.OK;
    }

    private static int channels(WireView body) {
        body.put(NumChannels.NUM_CHANNELS, GspObjects.RUNLIST_CHANNELS);
        return GspStatus.OK;
    }

    private static int features(WireView body) {
        body.put(Features.GSP_FEATURES, 1)
                .put(Features.VALID, 1)
                .put(Features.DEFAULT_GSP_RM_GPU, 1)
                .put(Features.FIRMWARE_VERSION, "570.144");
        return GspStatus.OK;
    }

    private int addTypes(WireView body) {
        if (body.isSet(AddTypes.DISCARD_VGPU_TYPES)) {
            types.clear();
        }
        long count = body.get(AddTypes.VGPU_INFO_COUNT);
        if (count > MOST_TYPES) {
            return GspStatus.BAD_ARGUMENT;
        }
        for (int i = 0; i < count; i++) {
            WireView type = body.element(AddTypes.VGPU_INFO, i, VgpuType.LAYOUT);
            int id = type.getInt(VgpuType.VGPU_TYPE);
            if (!isSound(type)) {
                return GspStatus.BAD_ARGUMENT;
            }
            types.put(
                    id,
                    new TypeRow(
                            id,
                            type.getInt(VgpuType.MAX_INSTANCE),
                            type.getInt(VgpuType.FRL_CONFIG),
                            type.text(VgpuType.VGPU_NAME)));
        }
        return GspStatus.OK;
    }

    /** Returns whether a type is one of this board. */
    private boolean isSound(WireView type) {
        return type.isSet(VgpuType.VGPU_TYPE)
                && !type.text(VgpuType.VGPU_NAME).isEmpty()
                && type.isSet(VgpuType.MAX_INSTANCE)
                && type.getInt(VgpuType.PDEV_ID) == board.model().deviceId()
                && type.getInt(VgpuType.VDEV_ID) >>> 16 == board.model().deviceId()
                && type.isSet(VgpuType.FB_LENGTH)
                && type.get(VgpuType.FB_LENGTH) <= type.get(VgpuType.PROFILE_SIZE)
                && type.isSet(VgpuType.GSP_HEAP_SIZE)
                && type.isSet(VgpuType.BAR1_LENGTH);
    }

    private int bootload(WireView body) {
        int gfid = body.getInt(Bootload.GFID);
        TypeRow type = types.get(body.getInt(Bootload.VGPU_TYPE));
        PluginTask.Grant grant =
                new PluginTask.Grant(
                        gfid,
                        body.getInt(Bootload.VGPU_TYPE),
                        type == null ? "" : type.name,
                        body.getInt(Bootload.NUM_CHANNELS),
                        (int) body.get(Bootload.CHID_OFFSET, GRAPHICS, 4),
                        body.get(Bootload.GUEST_FB_PHYS_ADDR_LIST, 0, 8),
                        body.get(Bootload.GUEST_FB_LENGTH_LIST, 0, 8),
                        body.get(Bootload.PLUGIN_HEAP_MEMORY_PHYS_ADDR),
                        body.get(Bootload.PLUGIN_HEAP_MEMORY_LENGTH));
        if (gfid < 1
                || gfid > AdaConfig.TOTAL_VFS
                || type == null
                || body.getInt(Bootload.NUM_GUEST_FB_SEGMENTS) != 1) {
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

    private int shutDown(WireView body) {
        PluginTask task = plugins.get(body.getInt(ShutDown.GFID));
        if (task == null) {
            return GspStatus.NOT_FOUND;
        }
        task.shutDown();
        return GspStatus.OK;
    }

    private int cleanUp(WireView body) {
        int gfid = body.getInt(CleanUp.GFID);
        PluginTask task = plugins.get(gfid);
        if (task == null) {
            return GspStatus.NOT_FOUND;
        }
        boolean still =
                task.state() != PluginTask.State.SHUTDOWN
                        && task.state() != PluginTask.State.CRASHED;
        if (still) {
            return GspStatus.BAD_STATE;
        }
        plugins.remove(gfid);
        encoders.remove(gfid);
        board.releaseFramebuffer(gfid);
        return GspStatus.OK;
    }

    private int enumerate(WireView body) {
        body.put(Enumerate.NUM_VGPU, plugins.size());
        int row = 0;
        for (int gfid : plugins.keySet()) {
            body.element(Enumerate.VGPU_GUEST, row++, Guest.LAYOUT)
                    .put(Guest.GFID, gfid)
                    .put(Guest.ENCODER_CAPACITY, encoders.getOrDefault(gfid, 0));
        }
        return GspStatus.OK;
    }

    private int encoder(WireView body) {
        int gfid = body.getInt(Encoder.GFID);
        int percent = body.getInt(Encoder.ENCODER_CAPACITY);
        if (!plugins.containsKey(gfid) || percent < 0 || percent > 100) {
            return GspStatus.BAD_ARGUMENT;
        }
        encoders.put(gfid, percent);
        return GspStatus.OK;
    }

    private int heterogeneous(WireView body) {
        if (!plugins.isEmpty()) {
            return GspStatus.IN_USE;
        }
        mixedSizes = body.isSet(Heterogeneous.HETEROGENEOUS_MODE);
        return GspStatus.OK;
    }
}
