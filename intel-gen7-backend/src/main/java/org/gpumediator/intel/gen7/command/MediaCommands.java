package org.gpumediator.intel.gen7.command;

import static org.gpumediator.core.command.CommandVerdict.ALLOW;
import static org.gpumediator.core.command.CommandVerdict.HANDLE;
import static org.gpumediator.intel.gen7.command.CommandAudit.MEDIA_FRONT_END;
import static org.gpumediator.intel.gen7.command.CommandAudit.NONE;
import static org.gpumediator.intel.gen7.command.Gen7Commands.RCS;
import static org.gpumediator.intel.gen7.command.Gen7Commands.field;

import org.gpumediator.core.command.CommandCatalogue;

/** Commands of the media and compute pipeline of the render engine. */
final class MediaCommands {

    private MediaCommands() {}

    static void declare(CommandCatalogue.Builder<CommandAudit> catalogue) {
        // spotless:off
        catalogue.client("MEDIA", 0xffff_0000)
            //   name                               enginesopcode       length     addresses         reg verdict         behaviour           bits
            .row("MEDIA_VFE_STATE",                 RCS, 0x7000_0000, field(15), "1:rel-general",  "", HANDLE,         MEDIA_FRONT_END,    "2.4:3=refused;0+=confined")
            .row("MEDIA_CURBE_LOAD",                RCS, 0x7001_0000, field(15), "",               "", ALLOW,          NONE,               "0+=confined")
            .row("MEDIA_INTERFACE_DESCRIPTOR_LOAD", RCS, 0x7002_0000, field(15), "",               "", ALLOW,          NONE,               "0+=confined")
            .row("MEDIA_GATEWAY_STATE",             RCS, 0x7003_0000, field(15), "",               "", ALLOW,          NONE,               "0+=confined")
            .row("MEDIA_STATE_FLUSH",               RCS, 0x7004_0000, field(15), "",               "", ALLOW,          NONE,               "0+=confined")
            .row("MEDIA_OBJECT",                    RCS, 0x7100_0000, field(15), "3:rel-indirect", "", ALLOW,          NONE,               "0+=confined")
            .row("MEDIA_OBJECT_PRT",                RCS, 0x7102_0000, field(15), "",               "", ALLOW,          NONE,               "0+=confined")
            .row("MEDIA_OBJECT_WALKER",             RCS, 0x7103_0000, field(15), "",               "", ALLOW,          NONE,               "0+=confined")
            .row("GPGPU_OBJECT",                    RCS, 0x7104_0000, field(7),  "",               "", ALLOW,          NONE,               "0+=confined")
            .row("GPGPU_WALKER",                    RCS, 0x7105_0000, field(7),  "",               "", ALLOW,          NONE,               "0+=confined")
            .source("XenGT opcode table, i915 gen7 command parser, Mesa gen75 command description");
        // spotless:on
    }
}
