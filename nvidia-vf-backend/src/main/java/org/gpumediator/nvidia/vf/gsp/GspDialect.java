package org.gpumediator.nvidia.vf.gsp;

import java.util.List;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.nvidia.vf.types.TypeRecord;

/** The layouts of one family of firmware: everything that changes from one release to another. */
public interface GspDialect {

    /** Returns the releases it is for, as a prefix of the firmware's own version. */
    String release();

    /** Returns the body of the control that starts a task. */
    WireView bootload(BootloadRequest request);

    /** Returns the payload of the message that configures a task. */
    byte[] configuration(BootloadRequest request, int deviceInstance);

    /** Returns the body of the control that uploads types, replacing those there were. */
    WireView types(List<TypeRecord> types);

    /** Returns where things are in the communication area. */
    CommunicationArea area();

    /** Returns the protocol version that a task is asked for. */
    int pluginVersion();
}
