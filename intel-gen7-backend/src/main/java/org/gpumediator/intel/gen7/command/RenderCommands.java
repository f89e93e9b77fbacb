package org.gpumediator.intel.gen7.command;

import static org.gpumediator.core.command.CommandVerdict.ALLOW;
import static org.gpumediator.core.command.CommandVerdict.AUDIT;
import static org.gpumediator.intel.gen7.command.CommandAudit.BASE_ADDRESSES;
import static org.gpumediator.intel.gen7.command.CommandAudit.CONSTANTS;
import static org.gpumediator.intel.gen7.command.CommandAudit.DEPTH_BUFFER;
import static org.gpumediator.intel.gen7.command.CommandAudit.INDEX_BUFFER;
import static org.gpumediator.intel.gen7.command.CommandAudit.NONE;
import static org.gpumediator.intel.gen7.command.CommandAudit.PIPE_CONTROL;
import static org.gpumediator.intel.gen7.command.CommandAudit.STATE;
import static org.gpumediator.intel.gen7.command.CommandAudit.STREAM_OUT;
import static org.gpumediator.intel.gen7.command.CommandAudit.SURFACES;
import static org.gpumediator.intel.gen7.command.CommandAudit.VERTEX_BUFFERS;
import static org.gpumediator.intel.gen7.command.Gen7Commands.ONE;
import static org.gpumediator.intel.gen7.command.Gen7Commands.RCS;
import static org.gpumediator.intel.gen7.command.Gen7Commands.field;

import org.gpumediator.core.command.CommandCatalogue;

/** Commands of the 3D pipeline and its state. */
final class RenderCommands {

    private RenderCommands() {}

    static void declare(CommandCatalogue.Builder<CommandAudit> catalogue) {
        // spotless:off
        catalogue.client("3D", 0xffff_0000)
            //   name                                       enginesopcode       length     addresses                                                        reg verdict         behaviour           bits
            .row("STATE_PREFETCH",                          RCS, 0x6003_0000, field(7),  "1:ctx",                                                         "", AUDIT,          STATE,              "0+=confined")
            .row("STATE_BASE_ADDRESS",                      RCS, 0x6101_0000, field(7),  "1:ctx;2:ctx;3:ctx;4:ctx;5:ctx;6:bound;7:bound;8:bound;9:bound", "", AUDIT,          BASE_ADDRESSES,     "0+=confined")
            .row("STATE_SIP",                               RCS, 0x6102_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("SWTESS_BASE_ADDRESS",                     RCS, 0x6103_0000, field(7),  "1:ctx",                                                         "", AUDIT,          SURFACES,           "0+=confined")
            .row("GPGPU_CSR_BASE_ADDRESS",                  RCS, 0x6104_0000, field(7),  "1:ctx",                                                         "", AUDIT,          SURFACES,           "0+=confined")
            .row("3DSTATE_VF_STATISTICS",                   RCS, 0x680b_0000, ONE,       "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("PIPELINE_SELECT",                         RCS, 0x6904_0000, ONE,       "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_CLEAR_PARAMS",                    RCS, 0x7804_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DEPTH_BUFFER",                    RCS, 0x7805_0000, field(7),  "2:ctx",                                                         "", AUDIT,          DEPTH_BUFFER,       "1.31:29=checked;0+=confined")
            .row("3DSTATE_STENCIL_BUFFER",                  RCS, 0x7806_0000, field(7),  "2:ctx",                                                         "", AUDIT,          SURFACES,           "0+=confined")
            .row("3DSTATE_HIER_DEPTH_BUFFER",               RCS, 0x7807_0000, field(7),  "2:ctx",                                                         "", AUDIT,          SURFACES,           "0+=confined")
            .row("3DSTATE_VERTEX_BUFFERS",                  RCS, 0x7808_0000, field(7),  "4k+2:ctx;4k+3:ctx",                                             "", AUDIT,          VERTEX_BUFFERS,     "4k+1.14:13=checked;0+=confined")
            .row("3DSTATE_VERTEX_ELEMENTS",                 RCS, 0x7809_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_INDEX_BUFFER",                    RCS, 0x780a_0000, field(7),  "1:ctx;2:ctx",                                                   "", AUDIT,          INDEX_BUFFER,       "0+=confined")
            .row("3DSTATE_VF_STATISTICS_ALT",               RCS, 0x780b_0000, ONE,       "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_VF",                              RCS, 0x780c_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_CC_STATE_POINTERS",               RCS, 0x780e_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SCISSOR_STATE_POINTERS",          RCS, 0x780f_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_VS",                              RCS, 0x7810_0000, field(7),  "3:rel-general",                                                 "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_GS",                              RCS, 0x7811_0000, field(7),  "3:rel-general",                                                 "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_CLIP",                            RCS, 0x7812_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SF",                              RCS, 0x7813_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_WM",                              RCS, 0x7814_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_CONSTANT_VS",                     RCS, 0x7815_0000, field(7),  "3:rel-or-ctx;4:ctx;5:ctx;6:ctx",                                "", AUDIT,          CONSTANTS,          "1=checked;2=checked;0+=confined")
            .row("3DSTATE_CONSTANT_GS",                     RCS, 0x7816_0000, field(7),  "3:rel-or-ctx;4:ctx;5:ctx;6:ctx",                                "", AUDIT,          CONSTANTS,          "1=checked;2=checked;0+=confined")
            .row("3DSTATE_CONSTANT_PS",                     RCS, 0x7817_0000, field(7),  "3:rel-or-ctx;4:ctx;5:ctx;6:ctx",                                "", AUDIT,          CONSTANTS,          "1=checked;2=checked;0+=confined")
            .row("3DSTATE_SAMPLE_MASK",                     RCS, 0x7818_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_CONSTANT_HS",                     RCS, 0x7819_0000, field(7),  "3:rel-or-ctx;4:ctx;5:ctx;6:ctx",                                "", AUDIT,          CONSTANTS,          "1=checked;2=checked;0+=confined")
            .row("3DSTATE_CONSTANT_DS",                     RCS, 0x781a_0000, field(7),  "3:rel-or-ctx;4:ctx;5:ctx;6:ctx",                                "", AUDIT,          CONSTANTS,          "1=checked;2=checked;0+=confined")
            .row("3DSTATE_HS",                              RCS, 0x781b_0000, field(7),  "4:rel-general",                                                 "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_TE",                              RCS, 0x781c_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DS",                              RCS, 0x781d_0000, field(7),  "3:rel-general",                                                 "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_STREAMOUT",                       RCS, 0x781e_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SBE",                             RCS, 0x781f_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_PS",                              RCS, 0x7820_0000, field(7),  "3:rel-general",                                                 "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_VIEWPORT_STATE_POINTERS_SF_CLIP", RCS, 0x7821_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_VIEWPORT_STATE_POINTERS_CC",      RCS, 0x7823_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_BLEND_STATE_POINTERS",            RCS, 0x7824_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DEPTH_STENCIL_STATE_POINTERS",    RCS, 0x7825_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_BINDING_TABLE_POINTERS_VS",       RCS, 0x7826_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_BINDING_TABLE_POINTERS_HS",       RCS, 0x7827_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_BINDING_TABLE_POINTERS_DS",       RCS, 0x7828_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_BINDING_TABLE_POINTERS_GS",       RCS, 0x7829_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_BINDING_TABLE_POINTERS_PS",       RCS, 0x782a_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SAMPLER_STATE_POINTERS_VS",       RCS, 0x782b_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SAMPLER_STATE_POINTERS_HS",       RCS, 0x782c_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SAMPLER_STATE_POINTERS_DS",       RCS, 0x782d_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SAMPLER_STATE_POINTERS_GS",       RCS, 0x782e_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SAMPLER_STATE_POINTERS_PS",       RCS, 0x782f_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_URB_VS",                          RCS, 0x7830_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_URB_HS",                          RCS, 0x7831_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_URB_DS",                          RCS, 0x7832_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_URB_GS",                          RCS, 0x7833_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_GATHER_CONSTANT_VS",              RCS, 0x7834_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_GATHER_CONSTANT_GS",              RCS, 0x7835_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_GATHER_CONSTANT_HS",              RCS, 0x7836_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_GATHER_CONSTANT_DS",              RCS, 0x7837_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_GATHER_CONSTANT_PS",              RCS, 0x7838_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DX9_CONSTANTF_VS",                RCS, 0x7839_0000, field(10), "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DX9_CONSTANTF_PS",                RCS, 0x783a_0000, field(10), "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DX9_CONSTANTI_VS",                RCS, 0x783b_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DX9_CONSTANTI_PS",                RCS, 0x783c_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DX9_CONSTANTB_VS",                RCS, 0x783d_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DX9_CONSTANTB_PS",                RCS, 0x783e_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DX9_LOCAL_VALID_VS",              RCS, 0x783f_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DX9_LOCAL_VALID_PS",              RCS, 0x7840_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DX9_GENERATE_ACTIVE_VS",          RCS, 0x7841_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DX9_GENERATE_ACTIVE_PS",          RCS, 0x7842_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_BINDING_TABLE_EDIT_VS",           RCS, 0x7843_0000, field(8),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_BINDING_TABLE_EDIT_GS",           RCS, 0x7844_0000, field(8),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_BINDING_TABLE_EDIT_HS",           RCS, 0x7845_0000, field(8),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_BINDING_TABLE_EDIT_DS",           RCS, 0x7846_0000, field(8),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_BINDING_TABLE_EDIT_PS",           RCS, 0x7847_0000, field(8),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_DRAWING_RECTANGLE",               RCS, 0x7900_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SAMPLER_PALETTE_LOAD0",           RCS, 0x7902_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_CHROMA_KEY",                      RCS, 0x7904_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_POLY_STIPPLE_OFFSET",             RCS, 0x7906_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_POLY_STIPPLE_PATTERN",            RCS, 0x7907_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_LINE_STIPPLE",                    RCS, 0x7908_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_AA_LINE_PARAMETERS",              RCS, 0x790a_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_GS_SVB_INDEX",                    RCS, 0x790b_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SAMPLER_PALETTE_LOAD1",           RCS, 0x790c_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_MULTISAMPLE",                     RCS, 0x790d_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_RAST_MULTISAMPLE",                RCS, 0x790e_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_MONOFILTER_SIZE",                 RCS, 0x7911_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_PUSH_CONSTANT_ALLOC_VS",          RCS, 0x7912_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_PUSH_CONSTANT_ALLOC_HS",          RCS, 0x7913_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_PUSH_CONSTANT_ALLOC_DS",          RCS, 0x7914_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_PUSH_CONSTANT_ALLOC_GS",          RCS, 0x7915_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_PUSH_CONSTANT_ALLOC_PS",          RCS, 0x7916_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SO_DECL_LIST",                    RCS, 0x7917_0000, field(8),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .row("3DSTATE_SO_BUFFER",                       RCS, 0x7918_0000, field(7),  "2:ctx;3:ctx",                                                   "", AUDIT,          STREAM_OUT,         "0+=confined")
            .row("3DSTATE_BINDING_TABLE_POOL_ALLOC",        RCS, 0x7919_0000, field(7),  "1:ctx;2:bound",                                                 "", AUDIT,          STATE,              "0+=confined")
            .row("3DSTATE_GATHER_POOL_ALLOC",               RCS, 0x791a_0000, field(7),  "1:ctx;2:bound",                                                 "", AUDIT,          STATE,              "0+=confined")
            .row("3DSTATE_DX9_CONSTANT_BUFFER_POOL_ALLOC",  RCS, 0x791b_0000, field(7),  "1:ctx;2:bound",                                                 "", AUDIT,          STATE,              "0+=confined")
            .row("PIPE_CONTROL",                            RCS, 0x7a00_0000, field(7),  "2:sel=1.24",                                                    "", AUDIT,          PIPE_CONTROL,       "0=own;1.23=refused;1.21=checked;1.19=masked;1.15:14=checked;1.8=checked;1=own;2.1:0=masked;3+=data")
            .row("3DPRIMITIVE",                             RCS, 0x7b00_0000, field(7),  "",                                                              "", ALLOW,          NONE,               "0+=confined")
            .source("XenGT opcode table, i915 gen7 command parser, Mesa gen75 command description");
        // spotless:on
    }
}
