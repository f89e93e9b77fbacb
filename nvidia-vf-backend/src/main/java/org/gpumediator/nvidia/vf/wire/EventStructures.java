package org.gpumediator.nvidia.vf.wire;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * What the firmware tells the driver unasked.
 *
 * <p>Source: public headers of the open drivers, release 570.144, compiled for x86-64; the names
 * are theirs, and so are those of the files.
 */
public final class EventStructures {

    // spotless:off
    private static final String G_RPC_STRUCTURES = "570.144 src/nvidia/generated/g_rpc-structures.h";

    /** rpc_rc_triggered_v17_02. */
    public static final class RobustChannel {
        public static final WireStructure LAYOUT = new WireStructure("rpc_rc_triggered_v17_02", 48, G_RPC_STRUCTURES);
        public static final WireField CHID                     = LAYOUT.field("chid", 4, 4);
        public static final WireField GFID                     = LAYOUT.field("gfid", 8, 4);
        public static final WireField EXCEPT_LEVEL             = LAYOUT.field("exceptLevel", 12, 4);
        public static final WireField EXCEPT_TYPE              = LAYOUT.field("exceptType", 16, 4);

        private RobustChannel() {}
    }

    /** rpc_vgpu_gsp_plugin_triggered_v17_00. */
    public static final class PluginNotice {
        public static final WireStructure LAYOUT = new WireStructure("rpc_vgpu_gsp_plugin_triggered_v17_00", 8, G_RPC_STRUCTURES);
        public static final WireField GFID         = LAYOUT.field("gfid", 0, 4);
        public static final WireField NOTIFY_INDEX = LAYOUT.field("notifyIndex", 4, 4);

        private PluginNotice() {}
    }
    // spotless:on

    private EventStructures() {}

    /** Returns all of them. */
    public static List<WireStructure> all() {
        return List.of(RobustChannel.LAYOUT, PluginNotice.LAYOUT);
    }
}
