package org.gpumediator.nvidia.vf.gsp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.TypeRecord;

/**
 * Firmware 570. Source: structures of that release as the open vGPU manager series uses them; the
 * record of a type is the host's reduced one, and its frame-rate limit.
 */
public enum Dialect570 implements GspDialect {
    /** The one and only. */
    INSTANCE;

    // spotless:off
    private static final int BOOTLOAD_BYTES   = 6616;
    private static final int CHANNEL_OFFSETS  = 0x1c;
    private static final int SEGMENT_COUNT    = 0x170;
    private static final int SEGMENT_STARTS   = 0x178;
    private static final int SEGMENT_LENGTHS  = 0xd78;
    private static final int HEAP             = 0x1978;
    private static final int LOGS             = 0x1990;
    private static final int CONFIG_BYTES     = 112;
    private static final int TYPE_BYTES       = 96;
    private static final int NAME_BYTES       = 32;
    // spotless:on

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
    public byte[] bootload(BootloadRequest request) {
        ByteBuffer body = little(BOOTLOAD_BYTES);
        body.putInt(0x0, request.routing());
        body.putInt(0x4, request.gfid());
        body.putInt(0x8, request.typeId());
        body.putInt(0xc, request.pid());
        body.putInt(0x10, NO_INSTANCE);
        body.putInt(0x14, (int) request.channels().length());
        body.putInt(0x18, request.pluginChannels());
        for (int i = 0; i < ENGINES; i++) {
            body.putInt(CHANNEL_OFFSETS + 4 * i, (int) request.channels().start());
        }
        body.putLong(SEGMENT_COUNT, 1);
        body.putLong(SEGMENT_STARTS, request.framebuffer().start());
        body.putLong(SEGMENT_LENGTHS, request.framebuffer().length());
        long heap = request.heap().start();
        body.putLong(HEAP, heap);
        body.putLong(HEAP + 8, request.heap().length());
        long[] logs = {
            heap + AREA.initLog(), AREA.vgpuLog() - AREA.initLog(),
            heap + AREA.vgpuLog(), AREA.kernelLog() - AREA.vgpuLog(),
            heap + AREA.kernelLog(), AREA.bytes() - AREA.kernelLog()
        };
        for (int i = 0; i < logs.length; i++) {
            body.putLong(LOGS + 8 * i, logs[i]);
        }
        return body.array();
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
    public byte[] types(List<TypeRecord> types) {
        ByteBuffer body = little(8 + types.size() * TYPE_BYTES);
        body.putInt(0, 1);
        body.putInt(4, types.size());
        for (int i = 0; i < types.size(); i++) {
            TypeRecord type = types.get(i);
            int at = 8 + i * TYPE_BYTES;
            byte[] name = type.name().getBytes(StandardCharsets.US_ASCII);
            body.putInt(at, type.typeId());
            body.put(at + 4, Arrays.copyOf(name, NAME_BYTES), 0, NAME_BYTES - 1);
            body.putLong(at + 36, Integer.toUnsignedLong(type.identity().virtualDeviceId()));
            body.putLong(at + 44, type.identity().board().deviceId());
            body.putLong(at + 52, type.memory().framebufferBytes());
            body.putLong(at + 60, type.memory().heapBytes());
            body.putLong(at + 68, type.memory().bar1Bytes() / AdaBoard.MIB);
            body.putInt(at + 76, type.sharing().maxInstances());
            body.putInt(at + 80, type.sharing().ecc() ? 1 : 0);
            body.putLong(at + 84, type.memory().reservedBytes());
            body.putInt(at + 92, type.display().frameRateLimit());
        }
        return body.array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
