package org.gpumediator.testkit.ada;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * The shared queues, and what a message in them begins with.
 *
 * <p>Source: public headers of the open drivers, release 570.144, compiled for x86-64; the names
 * are theirs, and so are those of the files.
 */
final class GspQueueStructures {

    // spotless:off
    private static final String MESSAGE_QUEUE_PRIV = "570.144 src/nvidia/inc/kernel/gpu/gsp/message_queue_priv.h";
    private static final String G_RPC_STRUCTURES   = "570.144 src/nvidia/generated/g_rpc-structures.h";
    private static final String MSGQ_PRIV          = "570.144 src/common/shared/msgq/inc/msgq/msgq_priv.h";

    /** GSP_MSG_QUEUE_ELEMENT. */
    static final class Element {
        static final WireStructure LAYOUT = new WireStructure("GSP_MSG_QUEUE_ELEMENT", 80, MESSAGE_QUEUE_PRIV);
        static final WireField CHECK_SUM       = LAYOUT.field("checkSum", 32, 4);
        static final WireField SEQ_NUM         = LAYOUT.field("seqNum", 36, 4);
        static final WireField ELEM_COUNT      = LAYOUT.field("elemCount", 40, 4);
        static final WireField RPC             = LAYOUT.field("rpc", 48, 32);

        private Element() {}
    }

    /** rpc_message_header_v03_00. */
    static final class Header {
        static final WireStructure LAYOUT = new WireStructure("rpc_message_header_v03_00", 32, G_RPC_STRUCTURES);
        static final WireField HEADER_VERSION     = LAYOUT.field("header_version", 0, 4);
        static final WireField SIGNATURE          = LAYOUT.field("signature", 4, 4);
        static final WireField LENGTH             = LAYOUT.field("length", 8, 4);
        static final WireField FUNCTION           = LAYOUT.field("function", 12, 4);
        static final WireField RPC_RESULT         = LAYOUT.field("rpc_result", 16, 4);
        static final WireField RPC_RESULT_PRIVATE = LAYOUT.field("rpc_result_private", 20, 4);
        static final WireField SEQUENCE           = LAYOUT.field("sequence", 24, 4);

        private Header() {}
    }

    /** msgqTxHeader. */
    static final class Sender {
        static final WireStructure LAYOUT = new WireStructure("msgqTxHeader", 32, MSGQ_PRIV);
        static final WireField SIZE       = LAYOUT.field("size", 4, 4);
        static final WireField MSG_SIZE   = LAYOUT.field("msgSize", 8, 4);
        static final WireField MSG_COUNT  = LAYOUT.field("msgCount", 12, 4);
        static final WireField WRITE_PTR  = LAYOUT.field("writePtr", 16, 4);
        static final WireField FLAGS      = LAYOUT.field("flags", 20, 4);
        static final WireField RX_HDR_OFF = LAYOUT.field("rxHdrOff", 24, 4);
        static final WireField ENTRY_OFF  = LAYOUT.field("entryOff", 28, 4);

        private Sender() {}
    }

    /** msgqRxHeader. */
    static final class Receiver {
        static final WireStructure LAYOUT = new WireStructure("msgqRxHeader", 4, MSGQ_PRIV);
        static final WireField READ_PTR = LAYOUT.field("readPtr", 0, 4);

        private Receiver() {}
    }
    // spotless:on

    private GspQueueStructures() {}

    /** Returns all of them. */
    static List<WireStructure> all() {
        return List.of(Element.LAYOUT, Header.LAYOUT, Sender.LAYOUT, Receiver.LAYOUT);
    }
}
