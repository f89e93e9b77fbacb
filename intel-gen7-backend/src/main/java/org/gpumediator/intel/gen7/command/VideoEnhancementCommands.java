package org.gpumediator.intel.gen7.command;

import static org.gpumediator.core.command.CommandVerdict.ALLOW;
import static org.gpumediator.core.command.CommandVerdict.AUDIT;
import static org.gpumediator.intel.gen7.command.CommandAudit.NONE;
import static org.gpumediator.intel.gen7.command.CommandAudit.SURFACES;
import static org.gpumediator.intel.gen7.command.Gen7Commands.VECS;
import static org.gpumediator.intel.gen7.command.Gen7Commands.field;

import org.gpumediator.core.command.CommandCatalogue;

/** Commands of the video enhancement engine. */
final class VideoEnhancementCommands {

    private VideoEnhancementCommands() {}

    static void declare(CommandCatalogue.Builder<CommandAudit> catalogue) {
        // spotless:off
        catalogue.client("VEBOX", 0xffff_0000)
            //   name                   enginesopcode       length     addresses                                          reg verdict         behaviour           bits
            .row("VEBOX_SURFACE_STATE", VECS, 0x7400_0000, field(11), "",                                                "", ALLOW,          NONE,               "0+=confined")
            .row("VEBOX_STATE",         VECS, 0x7402_0000, field(11), "2:ctx;3:ctx;4:ctx;5:ctx",                         "", AUDIT,          SURFACES,           "0+=confined")
            .row("VEB_DI_IECP",         VECS, 0x7403_0000, field(11), "2:ctx;3:ctx;4:ctx;5:ctx;6:ctx;7:ctx;8:ctx;9:ctx", "", AUDIT,          SURFACES,           "0+=confined")
            .source("XenGT opcode table, address positions of the intel-vaapi-driver");
        // spotless:on
    }
}
