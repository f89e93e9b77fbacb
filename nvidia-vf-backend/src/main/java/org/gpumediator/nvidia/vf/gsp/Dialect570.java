package org.gpumediator.nvidia.vf.gsp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.TypeRecord;
import org.gpumediator.nvidia.vf.wire.VgpuStructures.AddTypes;
import org.gpumediator.nvidia.vf.wire.VgpuStructures.Bootload;
import org.gpumediator.nvidia.vf.wire.VgpuStructures.VgpuType;

/**
 * Firmware 570. Source: structures of that release; communication area and configuration as the
 * open vGPU manager series uses them.
 */
public enum Dialect570 implements GspDialect {
    /** The one and only. */
    INSTANCE;

    private static final int CONFIG_BYTES = 112;

    /**
     * Engines of the chip that carry channels: the graphics engine and its copy engines, codecs
     * behind them.
     */
    private static final int ENGINES = 16;

    private static final int NO_INSTANCE = -1;
    private static final int HYPERVISOR_OTHER = 4;
    private static final int CPU_X86_64 = 2;
    private static final int MIGRATION_KVM = 0x4000;
    private static final int NO_PLACEMENT = 0xffff;

    private static final CommunicationArea AREA =
            new CommunicationArea(
                    1, 0x1000, 0x2000, 0x3000, 2 << 20, 0x20_3000, 0x20_4000, 0x22_4000, 0x26_4000,
                    0x27_4000);

    @Override
    public String release() {
        return "570.";
    }

    @Override
    public CommunicationArea area() {
        return AREA;
    }

    @Override
    public int pluginVersion() {
        return 1;
    }

    @Override
    public WireView bootload(BootloadRequest request) {
        long heap = request.heap().start();
        WireView body = Bootload.LAYOUT.allocate();
        body.put(Bootload.DBDF, request.routing())
                .put(Bootload.GFID, request.gfid())
                .put(Bootload.VGPU_TYPE, request.typeId())
                .put(Bootload.VM_PID, request.pid())
                .put(Bootload.SWIZZ_ID, NO_INSTANCE)
                .put(Bootload.NUM_CHANNELS, request.channels().length())
                .put(Bootload.NUM_PLUGIN_CHANNELS, request.pluginChannels())
                .put(Bootload.NUM_GUEST_FB_SEGMENTS, 1)
                .put(Bootload.GUEST_FB_PHYS_ADDR_LIST, 0, 8, request.framebuffer().start())
                .put(Bootload.GUEST_FB_LENGTH_LIST, 0, 8, request.framebuffer().length())
                .put(Bootload.PLUGIN_HEAP_MEMORY_PHYS_ADDR, heap)
                .put(Bootload.PLUGIN_HEAP_MEMORY_LENGTH, request.heap().length())
                .put(Bootload.INIT_TASK_LOG_BUFF_OFFSET, heap + AREA.initLog())
                .put(Bootload.INIT_TASK_LOG_BUFF_SIZE, AREA.vgpuLog() - AREA.initLog())
                .put(Bootload.VGPU_TASK_LOG_BUFF_OFFSET, heap + AREA.vgpuLog())
                .put(Bootload.VGPU_TASK_LOG_BUFF_SIZE, AREA.kernelLog() - AREA.vgpuLog())
                .put(Bootload.KERNEL_LOG_BUFF_OFFSET, heap + AREA.kernelLog())
                .put(Bootload.KERNEL_LOG_BUFF_SIZE, AREA.bytes() - AREA.kernelLog());
        for (int i = 0; i < ENGINES; i++) {
            body.put(Bootload.CHID_OFFSET, i, 4, request.channels().start());
        }
        return body;
    }

    @Override
    public byte[] configuration(BootloadRequest request, int deviceInstance) {
        ByteBuffer body = little(CONFIG_BYTES);
        body.putInt(0, request.gfid());
        body.putInt(16, request.routing());
        body.putInt(24, deviceInstance);
        body.putInt(28, request.typeId());
        body.putInt(32, request.pid());
        body.putInt(36, NO_INSTANCE);
        body.putInt(40, (int) request.channels().length());
        body.putInt(44, request.pluginChannels());
        body.putInt(52, MIGRATION_KVM);
        body.putInt(56, HYPERVISOR_OTHER);
        body.putInt(60, CPU_X86_64);
        body.putLong(64, 4096);
        body.put(77, (byte) 1);
        body.putShort(84, (short) NO_PLACEMENT);
        return body.array();
    }

    @Override
    public WireView types(List<TypeRecord> types) {
        WireView body = AddTypes.LAYOUT.allocate();
        body.put(AddTypes.DISCARD_VGPU_TYPES, 1).put(AddTypes.VGPU_INFO_COUNT, types.size());
        for (int i = 0; i < types.size(); i++) {
            describe(types.get(i), body.element(AddTypes.VGPU_INFO, i, VgpuType.LAYOUT));
        }
        return body;
    }

    private static void describe(TypeRecord type, WireView record) {
        record.put(VgpuType.VGPU_TYPE, type.typeId())
                .put(VgpuType.VGPU_NAME, type.name())
                .put(VgpuType.MAX_INSTANCE, type.sharing().maxInstances())
                .put(VgpuType.NUM_HEADS, type.display().heads())
                .put(VgpuType.MAX_RESOLUTION_X, type.display().maxWidth())
                .put(VgpuType.MAX_RESOLUTION_Y, type.display().maxHeight())
                .put(VgpuType.MAX_PIXELS, type.display().maxPixels())
                .put(VgpuType.FRL_CONFIG, type.display().frameRateLimit())
                .put(VgpuType.CUDA_ENABLED, type.sharing().cuda() ? 1 : 0)
                .put(VgpuType.ECC_SUPPORTED, type.sharing().ecc() ? 1 : 0)
                .put(VgpuType.MULTI_VGPU_SUPPORTED, type.sharing().multiVgpu() ? 1 : 0)
                .put(VgpuType.VDEV_ID, Integer.toUnsignedLong(type.identity().virtualDeviceId()))
                .put(VgpuType.PDEV_ID, type.identity().board().deviceId())
                .put(VgpuType.PROFILE_SIZE, type.memory().profileBytes())
                .put(VgpuType.FB_LENGTH, type.memory().framebufferBytes())
                .put(VgpuType.GSP_HEAP_SIZE, type.memory().heapBytes())
                .put(VgpuType.FB_RESERVATION, type.memory().reservedBytes())
                .put(VgpuType.MAPPABLE_VIDEO_SIZE, type.memory().mappableVideoBytes())
                .put(VgpuType.ENCODER_CAPACITY, type.sharing().encoderPercent())
                .put(VgpuType.BAR1_LENGTH, type.memory().bar1Bytes() / AdaBoard.MIB)
                .put(VgpuType.FRL_ENABLE, type.display().frameRateLimited() ? 1 : 0);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
