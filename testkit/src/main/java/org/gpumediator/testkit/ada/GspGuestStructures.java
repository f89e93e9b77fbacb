package org.gpumediator.testkit.ada;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * What a guest driver and the firmware task of its virtual GPU exchange.
 *
 * <p>Source: public headers of the open guest driver, release 555.58.02, compiled for x86-64; the
 * names are theirs, and so are those of the files.
 */
final class GspGuestStructures {

    // spotless:off
    private static final String DEV_VGPU         = "555.58.02 src/nvidia/inc/kernel/vgpu/dev_vgpu.h";
    private static final String G_RPC_STRUCTURES = "555.58.02 src/nvidia/generated/g_rpc-structures.h";

    private static final String G_SDK_STRUCTURES = "555.58.02 src/nvidia/generated/g_sdk-structures.h";

    /** VGPU_GSP_CTRL_BUF_V1. */
    static final class ControlBuffer {
        static final WireStructure LAYOUT = new WireStructure("VGPU_GSP_CTRL_BUF_V1", 4096, DEV_VGPU);
        static final WireField VERSION                  = LAYOUT.field("version", 0, 4);
        static final WireField REQUEST_ID               = LAYOUT.field("requestId", 4, 4);
        static final WireField RESPONSE_BUF             = LAYOUT.field("responseBuf", 8, 16);
        static final WireField MSG_BUF                  = LAYOUT.field("msgBuf", 24, 16);
        static final WireField SHARED_MEM               = LAYOUT.field("sharedMem", 40, 16);
        static final WireField EVENT_BUF                = LAYOUT.field("eventBuf", 56, 16);
        static final WireField GUEST_OS_TYPE            = LAYOUT.field("guestOsType", 88, 4);

        private ControlBuffer() {}
    }

    /** VGPU_GSP_BUF_INFO. */
    static final class BufferPlace {
        static final WireStructure LAYOUT = new WireStructure("VGPU_GSP_BUF_INFO", 16, DEV_VGPU);
        static final WireField ADDR        = LAYOUT.field("addr", 0, 8);
        static final WireField BAR2_OFFSET = LAYOUT.field("bar2Offset", 8, 8);

        private BufferPlace() {}
    }

    /** VGPU_GSP_RESPONSE_BUF_V1. */
    static final class ResponseBuffer {
        static final WireStructure LAYOUT = new WireStructure("VGPU_GSP_RESPONSE_BUF_V1", 4096, DEV_VGPU);
        static final WireField RESPONSE_ID     = LAYOUT.field("responseId", 0, 4);
        static final WireField HOST_ECC_STATUS = LAYOUT.field("hostEccStatus", 8, 4);

        private ResponseBuffer() {}
    }

    /** rpc_set_guest_system_info_v03_00. */
    static final class SystemInfo {
        static final WireStructure LAYOUT = new WireStructure("rpc_set_guest_system_info_v03_00", 792, G_RPC_STRUCTURES);
        static final WireField VGX_VERSION_MAJOR_NUM              = LAYOUT.field("vgxVersionMajorNum", 0, 4);
        static final WireField VGX_VERSION_MINOR_NUM              = LAYOUT.field("vgxVersionMinorNum", 4, 4);
        static final WireField GUEST_DRIVER_VERSION_BUFFER_LENGTH = LAYOUT.field("guestDriverVersionBufferLength", 8, 4);
        static final WireField GUEST_VERSION_BUFFER_LENGTH        = LAYOUT.field("guestVersionBufferLength", 12, 4);
        static final WireField GUEST_TITLE_BUFFER_LENGTH          = LAYOUT.field("guestTitleBufferLength", 16, 4);
        static final WireField GUEST_DRIVER_VERSION               = LAYOUT.field("guestDriverVersion", 24, 256);

        private SystemInfo() {}
    }

    /** rpc_set_guest_system_info_ext_v25_1B. */
    static final class SystemInfoMore {
        static final WireStructure LAYOUT = new WireStructure("rpc_set_guest_system_info_ext_v25_1B", 268, G_RPC_STRUCTURES);
        static final WireField GUEST_DRIVER_BRANCH = LAYOUT.field("guestDriverBranch", 0, 256);

        private SystemInfoMore() {}
    }

    /** rpc_get_static_data_v25_0E. */
    static final class StaticData {
        static final WireStructure LAYOUT = new WireStructure("rpc_get_static_data_v25_0E", 8, G_RPC_STRUCTURES);
        static final WireField OFFSET = LAYOUT.field("offset", 0, 4);
        static final WireField SIZE   = LAYOUT.field("size", 4, 4);

        private StaticData() {}
    }

    /** rpc_alloc_root_v07_00. */
    static final class AllocRoot {
        static final WireStructure LAYOUT = new WireStructure("rpc_alloc_root_v07_00", 108, G_RPC_STRUCTURES);
        static final WireField CLIENT       = LAYOUT.field("hClient", 0, 4);
        static final WireField PROCESS_ID   = LAYOUT.field("processID", 4, 4);

        private AllocRoot() {}
    }

    /** rpc_alloc_share_device_v03_00. */
    static final class AllocDevice {
        static final WireStructure LAYOUT = new WireStructure("rpc_alloc_share_device_v03_00", 64, G_RPC_STRUCTURES);
        static final WireField CLIENT       = LAYOUT.field("hClient", 0, 4);
        static final WireField DEVICE       = LAYOUT.field("hDevice", 4, 4);
        static final WireField CLASS        = LAYOUT.field("hClass", 8, 4);
        static final WireField CLIENT_SHARE = LAYOUT.field("params.hClientShare", 24, 4);

        private AllocDevice() {}
    }

    /** rpc_alloc_subdevice_v08_01. */
    static final class AllocSubdevice {
        static final WireStructure LAYOUT = new WireStructure("rpc_alloc_subdevice_v08_01", 40, G_RPC_STRUCTURES);
        static final WireField ROOT            = LAYOUT.field("params.hRoot", 8, 4);
        static final WireField OBJECT_PARENT   = LAYOUT.field("params.hObjectParent", 12, 4);
        static final WireField OBJECT_NEW      = LAYOUT.field("params.hObjectNew", 16, 4);
        static final WireField CLASS           = LAYOUT.field("params.hClass", 20, 4);

        private AllocSubdevice() {}
    }

    /** rpc_alloc_channel_dma_v1F_04. */
    static final class AllocChannel {
        static final WireStructure LAYOUT = new WireStructure("rpc_alloc_channel_dma_v1F_04", 248, G_RPC_STRUCTURES);
        static final WireField CLIENT  = LAYOUT.field("hClient", 0, 4);
        static final WireField PARENT  = LAYOUT.field("hDevice", 4, 4);
        static final WireField CHANNEL = LAYOUT.field("hChannel", 8, 4);
        static final WireField CLASS   = LAYOUT.field("hClass", 12, 4);
        static final WireField PARAMS  = LAYOUT.field("params", 24, 216);
        static final WireField CHID    = LAYOUT.field("chid", 240, 4);

        private AllocChannel() {}
    }

    /** NV_CHANNEL_ALLOC_PARAMS_v1F_04. */
    static final class ChannelParameters {
        static final WireStructure LAYOUT = new WireStructure("NV_CHANNEL_ALLOC_PARAMS_v1F_04", 216, G_SDK_STRUCTURES);
        static final WireField GP_FIFO_OFFSET  = LAYOUT.field("gpFifoOffset", 8, 8);
        static final WireField GP_FIFO_ENTRIES = LAYOUT.field("gpFifoEntries", 16, 4);
        static final WireField VA_SPACE        = LAYOUT.field("hVASpace", 28, 4);
        static final WireField ENGINE_TYPE     = LAYOUT.field("engineType", 48, 4);
        static final WireField INSTANCE_MEM    = LAYOUT.field("instanceMem", 56, 24);
        static final WireField USERD_MEM       = LAYOUT.field("userdMem", 104, 24);

        private ChannelParameters() {}
    }

    /** NV_MEMORY_DESC_PARAMS_v18_01. */
    static final class MemoryPlace {
        static final WireStructure LAYOUT = new WireStructure("NV_MEMORY_DESC_PARAMS_v18_01", 24, G_SDK_STRUCTURES);
        static final WireField BASE          = LAYOUT.field("base", 0, 8);
        static final WireField ADDRESS_SPACE = LAYOUT.field("addressSpace", 16, 4);

        private MemoryPlace() {}
    }

    /** rpc_ctrl_vaspace_copy_server_reserved_pdes_v1E_04. */
    static final class AddressSpace {
        static final WireStructure LAYOUT = new WireStructure("rpc_ctrl_vaspace_copy_server_reserved_pdes_v1E_04", 192, G_RPC_STRUCTURES);
        static final WireField CLIENT      = LAYOUT.field("hClient", 0, 4);
        static final WireField OBJECT      = LAYOUT.field("hObject", 4, 4);
        static final WireField CTRL_PARAMS = LAYOUT.field("ctrlParams", 8, 184);

        private AddressSpace() {}
    }

    /** NV90F1_CTRL_VASPACE_COPY_SERVER_RESERVED_PDES_PARAMS_v1E_04. */
    static final class Levels {
        static final WireStructure LAYOUT = new WireStructure("NV90F1_CTRL_VASPACE_COPY_SERVER_RESERVED_PDES_PARAMS_v1E_04", 184, G_SDK_STRUCTURES);
        static final WireField NUM_LEVELS = LAYOUT.field("numLevelsToCopy", 32, 4);
        static final WireField LEVELS     = LAYOUT.field("levels", 40, 144);

        private Levels() {}
    }

    /** NV90F1_CTRL_VASPACE_COPY_SERVER_RESERVED_PDES_PARAMS_levels_v1E_04. */
    static final class Level {
        static final WireStructure LAYOUT = new WireStructure("NV90F1_CTRL_VASPACE_COPY_SERVER_RESERVED_PDES_PARAMS_levels_v1E_04", 24, G_SDK_STRUCTURES);
        static final WireField PHYS_ADDRESS = LAYOUT.field("physAddress", 0, 8);
        static final WireField APERTURE     = LAYOUT.field("aperture", 16, 4);

        private Level() {}
    }

    /** rpc_alloc_object_v25_08. */
    static final class AllocObject {
        static final WireStructure LAYOUT = new WireStructure("rpc_alloc_object_v25_08", 64, G_RPC_STRUCTURES);
        static final WireField CLIENT    = LAYOUT.field("hClient", 0, 4);
        static final WireField PARENT    = LAYOUT.field("hParent", 4, 4);
        static final WireField OBJECT    = LAYOUT.field("hObject", 8, 4);
        static final WireField PARAM_LEN = LAYOUT.field("param_len", 16, 4);

        private AllocObject() {}
    }

    /** rpc_rm_api_control_v25_0D. */
    static final class ApiControl {
        static final WireStructure LAYOUT = new WireStructure("rpc_rm_api_control_v25_0D", 40, G_RPC_STRUCTURES);
        static final WireField CLIENT        = LAYOUT.field("params.hClient", 0, 4);
        static final WireField OBJECT        = LAYOUT.field("params.hObject", 4, 4);
        static final WireField PARAMS_SIZE   = LAYOUT.field("params.paramsSize", 24, 4);
        static final WireField STATUS        = LAYOUT.field("params.status", 28, 4);
        static final WireField RM_API_PARAMS = LAYOUT.field("rm_api_params", 32, 8);

        private ApiControl() {}
    }
    // spotless:on

    private GspGuestStructures() {}

    /** Returns all of them. */
    static List<WireStructure> all() {
        return List.of(
                ControlBuffer.LAYOUT,
                BufferPlace.LAYOUT,
                ResponseBuffer.LAYOUT,
                SystemInfo.LAYOUT,
                SystemInfoMore.LAYOUT,
                StaticData.LAYOUT,
                AllocRoot.LAYOUT,
                AllocDevice.LAYOUT,
                AllocSubdevice.LAYOUT,
                AllocChannel.LAYOUT,
                ChannelParameters.LAYOUT,
                MemoryPlace.LAYOUT,
                AddressSpace.LAYOUT,
                Levels.LAYOUT,
                Level.LAYOUT,
                AllocObject.LAYOUT,
                ApiControl.LAYOUT);
    }
}
