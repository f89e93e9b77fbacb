package org.gpumediator.nvidia.vf.wire;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * Objects of the firmware's resource manager: how they are made, used and freed.
 *
 * <p>Source: public headers of the open drivers, release 570.144, compiled for x86-64; the names
 * are theirs, and so are those of the files.
 */
public final class ObjectStructures {

    // spotless:off
    private static final String G_RPC_STRUCTURES = "570.144 src/nvidia/generated/g_rpc-structures.h";
    private static final String G_SDK_STRUCTURES = "570.144 src/nvidia/generated/g_sdk-structures.h";
    private static final String CL0000           = "570.144 src/common/sdk/nvidia/inc/class/cl0000.h";
    private static final String CL0080           = "570.144 src/common/sdk/nvidia/inc/class/cl0080.h";
    private static final String CL2080           = "570.144 src/common/sdk/nvidia/inc/class/cl2080.h";
    private static final String ALLOC_CHANNEL    = "570.144 src/common/sdk/nvidia/inc/alloc/alloc_channel.h";

    /** rpc_gsp_rm_alloc_v03_00. */
    public static final class Allocate {
        public static final WireStructure LAYOUT = new WireStructure("rpc_gsp_rm_alloc_v03_00", 32, G_RPC_STRUCTURES);
        public static final WireField CLIENT      = LAYOUT.field("hClient", 0, 4);
        public static final WireField PARENT      = LAYOUT.field("hParent", 4, 4);
        public static final WireField OBJECT      = LAYOUT.field("hObject", 8, 4);
        public static final WireField CLASS       = LAYOUT.field("hClass", 12, 4);
        public static final WireField STATUS      = LAYOUT.field("status", 16, 4);
        public static final WireField PARAMS_SIZE = LAYOUT.field("paramsSize", 20, 4);

        private Allocate() {}
    }

    /** rpc_gsp_rm_control_v03_00. */
    public static final class Control {
        public static final WireStructure LAYOUT = new WireStructure("rpc_gsp_rm_control_v03_00", 24, G_RPC_STRUCTURES);
        public static final WireField CLIENT      = LAYOUT.field("hClient", 0, 4);
        public static final WireField OBJECT      = LAYOUT.field("hObject", 4, 4);
        public static final WireField CMD         = LAYOUT.field("cmd", 8, 4);
        public static final WireField STATUS      = LAYOUT.field("status", 12, 4);
        public static final WireField PARAMS_SIZE = LAYOUT.field("paramsSize", 16, 4);

        private Control() {}
    }

    /** NVOS00_PARAMETERS_v03_00. */
    public static final class Free {
        public static final WireStructure LAYOUT = new WireStructure("NVOS00_PARAMETERS_v03_00", 16, G_SDK_STRUCTURES);
        public static final WireField ROOT          = LAYOUT.field("hRoot", 0, 4);
        public static final WireField OBJECT_PARENT = LAYOUT.field("hObjectParent", 4, 4);
        public static final WireField OBJECT_OLD    = LAYOUT.field("hObjectOld", 8, 4);
        public static final WireField STATUS        = LAYOUT.field("status", 12, 4);

        private Free() {}
    }

    /** NV0000_ALLOC_PARAMETERS. */
    public static final class Client {
        public static final WireStructure LAYOUT = new WireStructure("NV0000_ALLOC_PARAMETERS", 120, CL0000);
        public static final WireField CLIENT       = LAYOUT.field("hClient", 0, 4);
        public static final WireField PROCESS_ID   = LAYOUT.field("processID", 4, 4);

        private Client() {}
    }

    /** NV0080_ALLOC_PARAMETERS. */
    public static final class Device {
        public static final WireStructure LAYOUT = new WireStructure("NV0080_ALLOC_PARAMETERS", 56, CL0080);
        public static final WireField CLIENT_SHARE      = LAYOUT.field("hClientShare", 4, 4);

        private Device() {}
    }

    /** NV2080_ALLOC_PARAMETERS. */
    public static final class Subdevice {
        public static final WireStructure LAYOUT = new WireStructure("NV2080_ALLOC_PARAMETERS", 4, CL2080);

        private Subdevice() {}
    }

    /** NV_CHANNEL_ALLOC_PARAMS. */
    public static final class Channel {
        public static final WireStructure LAYOUT = new WireStructure("NV_CHANNEL_ALLOC_PARAMS", 368, ALLOC_CHANNEL);
        public static final WireField GP_FIFO_OFFSET  = LAYOUT.field("gpFifoOffset", 8, 8);
        public static final WireField GP_FIFO_ENTRIES = LAYOUT.field("gpFifoEntries", 16, 4);
        public static final WireField ENGINE_TYPE     = LAYOUT.field("engineType", 128, 4);
        public static final WireField CID             = LAYOUT.field("cid", 132, 4);

        private Channel() {}
    }
    // spotless:on

    private ObjectStructures() {}

    /** Returns all of them. */
    public static List<WireStructure> all() {
        return List.of(
                Allocate.LAYOUT,
                Control.LAYOUT,
                Free.LAYOUT,
                Client.LAYOUT,
                Device.LAYOUT,
                Subdevice.LAYOUT,
                Channel.LAYOUT);
    }
}
