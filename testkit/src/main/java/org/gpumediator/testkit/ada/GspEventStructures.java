package org.gpumediator.testkit.ada;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * What the firmware tells the driver unasked.
 *
 * <p>Source: public headers of the open drivers, release 570.144, compiled for x86-64; the names
 * are theirs, and so are those of the files.
 */
final class GspEventStructures {

    // spotless:off
    private static final String G_RPC_STRUCTURES = "570.144 src/nvidia/generated/g_rpc-structures.h";

    /** rpc_rc_triggered_v17_02. */
    static final class RobustChannel {
        static final WireStructure LAYOUT = new WireStructure("rpc_rc_triggered_v17_02", 48, G_RPC_STRUCTURES);
        static final WireField ENGINE_TYPE              = LAYOUT.field("nv2080EngineType", 0, 4);
        static final WireField CHID                     = LAYOUT.field("chid", 4, 4);
        static final WireField GFID                     = LAYOUT.field("gfid", 8, 4);
        static final WireField EXCEPT_LEVEL             = LAYOUT.field("exceptLevel", 12, 4);
        static final WireField EXCEPT_TYPE              = LAYOUT.field("exceptType", 16, 4);

        private RobustChannel() {}
    }

    /** rpc_os_error_log_v17_00. */
    static final class ErrorLog {
        static final WireStructure LAYOUT = new WireStructure("rpc_os_error_log_v17_00", 272, G_RPC_STRUCTURES);
        static final WireField EXCEPT_TYPE = LAYOUT.field("exceptType", 0, 4);
        static final WireField ERR_STRING  = LAYOUT.field("errString", 12, 256);

        private ErrorLog() {}
    }

    /** rpc_vgpu_gsp_plugin_triggered_v17_00. */
    static final class PluginNotice {
        static final WireStructure LAYOUT = new WireStructure("rpc_vgpu_gsp_plugin_triggered_v17_00", 8, G_RPC_STRUCTURES);
        static final WireField GFID         = LAYOUT.field("gfid", 0, 4);
        static final WireField NOTIFY_INDEX = LAYOUT.field("notifyIndex", 4, 4);

        private PluginNotice() {}
    }
    // spotless:on

    private GspEventStructures() {}

    /** Returns all of them. */
    static List<WireStructure> all() {
        return List.of(RobustChannel.LAYOUT, ErrorLog.LAYOUT, PluginNotice.LAYOUT);
    }
}
