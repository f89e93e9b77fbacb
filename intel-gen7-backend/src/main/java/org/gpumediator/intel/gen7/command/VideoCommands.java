package org.gpumediator.intel.gen7.command;

import static org.gpumediator.core.command.CommandVerdict.ALLOW;
import static org.gpumediator.core.command.CommandVerdict.AUDIT;
import static org.gpumediator.intel.gen7.command.CommandAudit.NONE;
import static org.gpumediator.intel.gen7.command.CommandAudit.SURFACES;
import static org.gpumediator.intel.gen7.command.Gen7Commands.ONE;
import static org.gpumediator.intel.gen7.command.Gen7Commands.VCS;
import static org.gpumediator.intel.gen7.command.Gen7Commands.field;

import org.gpumediator.core.command.CommandCatalogue;

/** Commands of the video decoder and encoder. */
final class VideoCommands {

    private VideoCommands() {}

    static void declare(CommandCatalogue.Builder<CommandAudit> catalogue) {
        // spotless:off
        catalogue.client("MFX", 0xffff_0000)
            //   name                           enginesopcode       length     addresses                                                                         reg verdict         behaviour           bits
            .row("MFX_WAIT",                    VCS, 0x6800_0000, ONE,       "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_PIPE_MODE_SELECT",        VCS, 0x7000_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_SURFACE_STATE",           VCS, 0x7001_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_PIPE_BUF_ADDR_STATE",     VCS, 0x7002_0000, field(11), "len25:1..24:ctx|len61:1;4;7;10;13;16;19..50/2;52;55;58:ctx",                     "", AUDIT,          SURFACES,           "0+=confined")
            .row("MFX_IND_OBJ_BASE_ADDR_STATE", VCS, 0x7003_0000, field(11), "len11:1;3;5;7;9:ctx;2;4;6;8;10:bound|len26:1;6;11;16;21:ctx;4;9;14;19;24:bound", "", AUDIT,          SURFACES,           "0+=confined")
            .row("MFX_BSP_BUF_BASE_ADDR_STATE", VCS, 0x7004_0000, field(11), "len4:1;2;3:ctx|len10:1;4;7:ctx",                                                 "", AUDIT,          SURFACES,           "0+=confined")
            .row("MFX_RESERVED_2_0_0_5",        VCS, 0x7005_0000, field(11), "6:ctx",                                                                          "", AUDIT,          SURFACES,           "0+=confined")
            .row("MFX_STATE_POINTER",           VCS, 0x7006_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_QM_STATE",                VCS, 0x7007_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_FQM_STATE",               VCS, 0x7008_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_DBK_OBJECT",              VCS, 0x7009_0000, field(11), "1:ctx;4:ctx;7:ctx;10:ctx",                                                       "", AUDIT,          SURFACES,           "2..11/3=checked;0+=confined")
            .row("MFD_IT_OBJECT",               VCS, 0x7029_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_PAK_INSERT_OBJECT",       VCS, 0x7048_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_STITCH_OBJECT",           VCS, 0x704a_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_AVC_IMG_STATE",           VCS, 0x7100_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_AVC_QM_STATE",            VCS, 0x7101_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_AVC_DIRECTMODE_STATE",    VCS, 0x7102_0000, field(11), "len69:1..34:ctx|len71:1..32/2;34:ctx",                                           "", AUDIT,          SURFACES,           "0+=confined")
            .row("MFX_AVC_SLICE_STATE",         VCS, 0x7103_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_AVC_REF_IDX_STATE",       VCS, 0x7104_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_AVC_WEIGHTOFFSET_STATE",  VCS, 0x7105_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFD_AVC_PICID_STATE",         VCS, 0x7125_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFD_AVC_DPB_STATE",           VCS, 0x7126_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFD_AVC_SLICEADDR",           VCS, 0x7127_0000, field(11), "2:ctx",                                                                          "", AUDIT,          SURFACES,           "0+=confined")
            .row("MFD_AVC_BSD_OBJECT",          VCS, 0x7128_0000, field(11), "2:rel-indirect",                                                                 "", ALLOW,          NONE,               "0+=confined")
            .row("MFC_AVC_PAK_OBJECT",          VCS, 0x7149_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_VC1_PRED_PIPE_STATE",     VCS, 0x7201_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_VC1_DIRECTMODE_STATE",    VCS, 0x7202_0000, field(11), "len3:1;2:ctx|len7:1;4:ctx",                                                      "", AUDIT,          SURFACES,           "0+=confined")
            .row("MFD_VC1_SHORT_PIC_STATE",     VCS, 0x7220_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFD_VC1_LONG_PIC_STATE",      VCS, 0x7221_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFD_VC1_BSD_OBJECT",          VCS, 0x7228_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_MPEG2_PIC_STATE",         VCS, 0x7300_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_MPEG2_QM_STATE",          VCS, 0x7301_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFD_MPEG2_BSD_OBJECT",        VCS, 0x7328_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFC_MPEG2_SLICEGROUP_STATE",  VCS, 0x7343_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFC_MPEG2_PAK_OBJECT",        VCS, 0x7349_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_MISC_2_6_0_0",            VCS, 0x7600_0000, field(15), "2:ctx",                                                                          "", AUDIT,          SURFACES,           "0+=confined")
            .row("MFX_MISC_2_6_0_8",            VCS, 0x7608_0000, field(15), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_MISC_2_6_0_9",            VCS, 0x7609_0000, field(15), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_JPEG_PIC_STATE",          VCS, 0x7700_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFX_JPEG_HUFF_TABLE_STATE",   VCS, 0x7702_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .row("MFD_JPEG_BSD_OBJECT",         VCS, 0x7728_0000, field(11), "",                                                                               "", ALLOW,          NONE,               "0+=confined")
            .source("XenGT opcode table, both Haswell layouts of the intel-vaapi-driver");
        // spotless:on
    }
}
