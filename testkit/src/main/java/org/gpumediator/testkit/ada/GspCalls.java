package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.util.Map;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspBootStructures.StaticInfo;
import org.gpumediator.testkit.ada.GspBootStructures.SystemInfo;
import org.gpumediator.testkit.ada.GspObjectStructures.Control;

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
     * An answer.
     *
     * @param result 0, or why nothing was done
     * @param body what goes back
     */
    record Reply(int result, byte[] body) {}

    /**
     * Answers a call.
     *
     * @param wrong whether to do nothing and answer that it failed, where an answer can say so
     */
    Reply answer(int function, ByteBuffer body, boolean wrong) {
        return switch (function) {
            case RM_CONTROL -> ok(control(body, wrong));
            case RM_ALLOC -> ok(objects.allocate(body, wrong));
            case FREE -> ok(objects.free(body, wrong));
            case STATIC_INFO -> staticInfo(body);
            case SYSTEM_INFO -> {
                systemInfoSeen = isThisSystem(body);
                yield ok(new byte[0]);
            }
            case SET_REGISTRY -> {
                registrySeen = GspRegistry.read(body).getOrDefault("RMSetSriovMode", 0) == 1;
                yield ok(new byte[0]);
            }
            case UNLOADING -> ok(body.array());
            default -> new Reply(GspStatus.NOT_SUPPORTED, body.array());
        };
    }

    private static Reply ok(byte[] body) {
        return new Reply(GspStatus.OK, body);
    }

    /** Returns whether a driver has told of this board, where it is, and of its functions. */
    private boolean isThisSystem(ByteBuffer body) {
        if (body.limit() != SystemInfo.LAYOUT.bytes()) {
            return false;
        }
        WireView info = SystemInfo.LAYOUT.view(body);
        PhysicalFunction pf = board.physical();
        return info.get(SystemInfo.GPU_PHYS_ADDR) == pf.barBase(0)
                && info.get(SystemInfo.GPU_PHYS_FB_ADDR) == pf.barBase(1)
                && info.get(SystemInfo.GPU_PHYS_INST_ADDR) == pf.barBase(3)
                && info.getInt(SystemInfo.PCI_CONFIG_MIRROR_BASE) == 0x8_8000
                && info.getInt(SystemInfo.PCI_CONFIG_MIRROR_SIZE) == 0x1000
                && info.getInt(SystemInfo.PCI_DEVICE_ID) == pf.readConfig(0, 4)
                && info.getInt(SystemInfo.TOTAL_VFS) == AdaConfig.TOTAL_VFS
                && info.getInt(SystemInfo.FIRST_VF_OFFSET) == AdaConfig.FIRST_VF
                && info.get(SystemInfo.FIRST_VF_BAR0_ADDRESS) == pf.virtualBarBase(0)
                && info.get(SystemInfo.FIRST_VF_BAR1_ADDRESS) == pf.virtualBarBase(1)
                && info.get(SystemInfo.FIRST_VF_BAR2_ADDRESS) == pf.virtualBarBase(3)
                && !info.isSet(SystemInfo.IS_64BIT_BAR0)
                && info.isSet(SystemInfo.IS_64BIT_BAR1)
                && info.isSet(SystemInfo.IS_64BIT_BAR2);
    }

    private Reply staticInfo(ByteBuffer body) {
        if (body.limit() != StaticInfo.LAYOUT.bytes()) {
            return new Reply(GspStatus.BAD_PARAMETERS, body.array());
        }
        PhysicalFunction pf = board.physical();
        WireView info = StaticInfo.LAYOUT.allocate();
        info.put(StaticInfo.TOTAL_VFS, AdaConfig.TOTAL_VFS)
                .put(StaticInfo.FIRST_VF_OFFSET, AdaConfig.FIRST_VF)
                .put(StaticInfo.FIRST_VF_BAR0_ADDRESS, pf.virtualBarBase(0))
                .put(StaticInfo.FIRST_VF_BAR1_ADDRESS, pf.virtualBarBase(1))
                .put(StaticInfo.FIRST_VF_BAR2_ADDRESS, pf.virtualBarBase(3))
                .put(StaticInfo.BAR0_SIZE, AdaConfig.VF_REGISTERS)
                .put(StaticInfo.BAR1_SIZE, board.model().vfApertureBytes())
                .put(StaticInfo.BAR2_SIZE, AdaConfig.INSTANCE_BYTES)
                .put(StaticInfo.IS_64BIT_BAR1, 1)
                .put(StaticInfo.IS_64BIT_BAR2, 1)
                .put(StaticInfo.SRIOV_ENABLED, 1)
                .put(StaticInfo.SRIOV_MAX_GFID, AdaConfig.TOTAL_VFS)
                .put(StaticInfo.FB_LENGTH, board.model().framebufferBytes())
                .put(StaticInfo.GPU_NAME_STRING, "NVIDIA " + board.model().title())
                .put(StaticInfo.INTERNAL_CLIENT, GspObjects.INTERNAL_CLIENT)
                .put(StaticInfo.INTERNAL_DEVICE, GspObjects.INTERNAL_DEVICE)
                .put(StaticInfo.INTERNAL_SUBDEVICE, GspObjects.INTERNAL_SUBDEVICE);
        return ok(info.array());
    }

    private byte[] control(ByteBuffer body, boolean wrong) {
        int header = Control.LAYOUT.bytes();
        if (body.limit() < header) {
            return body.array();
        }
        WireView request = Control.LAYOUT.view(body);
        if (request.get(Control.PARAMS_SIZE) != body.limit() - header) {
            request.put(Control.STATUS, GspStatus.BAD_PARAMETERS);
            return body.array();
        }
        ByteBuffer parameters = body.slice(header, body.limit() - header);
        request.put(Control.STATUS, wrong ? GspStatus.INJECTED : control(request, parameters));
        return body.array();
    }

    private int control(WireView request, ByteBuffer parameters) {
        if (firmware.stateNow() != FakeGsp.State.RUNNING) {
            return GspStatus.BAD_STATE;
        }
        int command = request.getInt(Control.CMD);
        int illegal =
                objects.check(
                        request.getInt(Control.CLIENT),
                        request.getInt(Control.OBJECT),
                        command >>> 16);
        if (illegal != GspStatus.OK) {
            return illegal;
        }
        ControlTable.Control control = vgpus.find(command);
        if (control == null) {
            control = scheduler.find(command);
        }
        return control == null ? GspStatus.NOT_SUPPORTED : control.run(parameters);
    }
}
