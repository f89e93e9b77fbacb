package org.gpumediator.intel.gen7.command;

import static org.gpumediator.core.command.CommandVerdict.ALLOW;
import static org.gpumediator.core.command.CommandVerdict.AUDIT;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_COPY;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_COPY_PATTERN;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_FILL;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_LINEAR_COPY;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_LINEAR_FILL;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_MONO;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_MONO_PATTERN;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_PATTERN;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_PIXEL;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_SETUP;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_SETUP_PATTERN;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_SPANS;
import static org.gpumediator.intel.gen7.command.CommandAudit.BLIT_TEXT;
import static org.gpumediator.intel.gen7.command.CommandAudit.NONE;
import static org.gpumediator.intel.gen7.command.Gen7Commands.BCS;
import static org.gpumediator.intel.gen7.command.Gen7Commands.field;

import org.gpumediator.core.command.CommandCatalogue;

/** Commands of the 2D blitter. */
final class BlitterCommands {

    private BlitterCommands() {}

    static void declare(CommandCatalogue.Builder<CommandAudit> catalogue) {
        // spotless:off
        catalogue.client("2D", 0xffc0_0000)
            //   name                                      enginesopcode       length     addresses            reg verdict         behaviour           bits
            .row("XY_SETUP_BLT",                           BCS, 0x4040_0000, field(7),  "4:ctx;7:ctx",       "", AUDIT,          BLIT_SETUP_PATTERN, "0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2+=own")
            .row("XY_SETUP_CLIP_BLT",                      BCS, 0x40c0_0000, field(7),  "",                  "", ALLOW,          NONE,               "0+=own")
            .row("XY_SETUP_MONO_PATTERN_SL_BLT",           BCS, 0x4440_0000, field(7),  "4:ctx",             "", AUDIT,          BLIT_SETUP,         "0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2+=own")
            .row("XY_PIXEL_BLT",                           BCS, 0x4900_0000, field(7),  "",                  "", ALLOW,          BLIT_PIXEL,         "0.11=checked;0=own;1=checked;2+=own")
            .row("XY_SCANLINES_BLT",                       BCS, 0x4940_0000, field(7),  "",                  "", ALLOW,          BLIT_SPANS,         "0.11=checked;0=own;1=checked;2=checked;3+=data")
            .row("XY_TEXT_BLT",                            BCS, 0x4980_0000, field(7),  "3:ctx",             "", AUDIT,          BLIT_TEXT,          "0.11=checked;0=own;1=checked;2=checked;4+=own")
            .row("XY_TEXT_IMMEDIATE_BLT",                  BCS, 0x4c40_0000, field(7),  "",                  "", ALLOW,          BLIT_SPANS,         "0.11=checked;0=own;1=checked;2=checked;3+=data")
            .row("COLOR_BLT",                              BCS, 0x5000_0000, field(5),  "3:ctx",             "", AUDIT,          BLIT_LINEAR_FILL,   "0=own;1.30=checked;1.15:0=checked;1=own;2=checked;4+=data")
            .row("SRC_COPY_BLT",                           BCS, 0x50c0_0000, field(5),  "3:ctx;5:ctx",       "", AUDIT,          BLIT_LINEAR_COPY,   "0=own;1.30=checked;1.15:0=checked;1=own;2=checked;4.15:0=checked;4=own;6+=own")
            .row("XY_COLOR_BLT",                           BCS, 0x5400_0000, field(7),  "4:ctx",             "", AUDIT,          BLIT_FILL,          "0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;5+=data")
            .row("XY_PAT_BLT",                             BCS, 0x5440_0000, field(7),  "4:ctx;5:ctx",       "", AUDIT,          BLIT_PATTERN,       "0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;6+=own")
            .row("XY_MONO_PAT_BLT",                        BCS, 0x5480_0000, field(7),  "4:ctx",             "", AUDIT,          BLIT_FILL,          "0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;5+=data")
            .row("XY_SRC_COPY_BLT",                        BCS, 0x54c0_0000, field(7),  "4:ctx;7:ctx",       "", AUDIT,          BLIT_COPY,          "0.15=checked;0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;5=checked;6.15:0=checked;6=own;8+=data")
            .row("XY_MONO_SRC_COPY_BLT",                   BCS, 0x5500_0000, field(7),  "4:ctx;5:ctx",       "", AUDIT,          BLIT_MONO,          "0.19:17=checked;0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;6+=data")
            .row("XY_FULL_BLT",                            BCS, 0x5540_0000, field(7),  "4:ctx;7:ctx;8:ctx", "", AUDIT,          BLIT_COPY_PATTERN,  "0.15=checked;0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;5=checked;6.15:0=checked;6=own;9+=own")
            .row("XY_FULL_MONO_SRC_BLT",                   BCS, 0x5580_0000, field(7),  "4:ctx;5:ctx;8:ctx", "", AUDIT,          BLIT_MONO_PATTERN,  "0.19:17=checked;0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;6+=data")
            .row("XY_FULL_MONO_PATTERN_BLT",               BCS, 0x55c0_0000, field(7),  "4:ctx;7:ctx",       "", AUDIT,          BLIT_COPY,          "0.15=checked;0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;5=checked;6.15:0=checked;6=own;8+=data")
            .row("XY_FULL_MONO_PATTERN_MONO_SRC_BLT",      BCS, 0x5600_0000, field(7),  "4:ctx;5:ctx",       "", AUDIT,          BLIT_MONO,          "0.19:17=checked;0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;6+=data")
            .row("XY_MONO_PAT_FIXED_BLT",                  BCS, 0x5640_0000, field(7),  "4:ctx",             "", AUDIT,          BLIT_FILL,          "0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;5+=data")
            .row("XY_MONO_SRC_COPY_IMMEDIATE_BLT",         BCS, 0x5c40_0000, field(7),  "4:ctx",             "", AUDIT,          BLIT_FILL,          "0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;5+=data")
            .row("XY_PAT_BLT_IMMEDIATE",                   BCS, 0x5c80_0000, field(7),  "4:ctx",             "", AUDIT,          BLIT_FILL,          "0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;5+=data")
            .row("XY_SRC_COPY_CHROMA_BLT",                 BCS, 0x5cc0_0000, field(7),  "4:ctx;7:ctx",       "", AUDIT,          BLIT_COPY,          "0.15=checked;0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;5=checked;6.15:0=checked;6=own;8+=data")
            .row("XY_FULL_IMMEDIATE_PATTERN_BLT",          BCS, 0x5d00_0000, field(7),  "4:ctx;7:ctx",       "", AUDIT,          BLIT_COPY,          "0.15=checked;0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;5=checked;6.15:0=checked;6=own;8+=data")
            .row("XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT", BCS, 0x5d40_0000, field(7),  "4:ctx;5:ctx",       "", AUDIT,          BLIT_MONO,          "0.19:17=checked;0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;6+=data")
            .row("XY_PAT_CHROMA_BLT",                      BCS, 0x5d80_0000, field(7),  "4:ctx;5:ctx",       "", AUDIT,          BLIT_PATTERN,       "0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;6+=own")
            .row("XY_PAT_CHROMA_BLT_IMMEDIATE",            BCS, 0x5dc0_0000, field(7),  "4:ctx",             "", AUDIT,          BLIT_FILL,          "0.11=checked;0=own;1.25:24=checked;1.15:0=checked;1=own;2=checked;3=checked;5+=data")
            .source("XenGT opcode table; sources of SRC_COPY_BLT and XY_FULL_BLT by analogy with XY_SRC_COPY_BLT");
        // spotless:on
    }
}
