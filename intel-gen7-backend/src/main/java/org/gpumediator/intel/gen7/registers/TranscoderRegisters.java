package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Bases.PANEL_FITTERS;
import static org.gpumediator.intel.gen7.registers.Bases.TRANSCODERS;
import static org.gpumediator.intel.gen7.registers.Terms.DISPLAY;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/** Transcoders: display timings, link rates and routing. The embedded one is at 0x6f000. */
final class TranscoderRegisters {

    private TranscoderRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("TRANSCODER", TRANSCODERS)
            //        name                     offset width access     writable     reset  policy       state    behaviour
            .register("HTOTAL_{}",             0x000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("HBLANK_{}",             0x004, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("HSYNC_{}",              0x008, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("VTOTAL_{}",             0x00c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("VBLANK_{}",             0x010, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("VSYNC_{}",              0x014, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("PIPESRC_{}",            0x01c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("BCLRPAT_{}",            0x020, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("VSYNCSHIFT_{}",         0x028, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_2C_{}",         0x02c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("DATA_M1_{}",            0x030, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("DATA_N1_{}",            0x034, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("LINK_M1_{}",            0x040, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("LINK_N1_{}",            0x044, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("FDI_TX_CTL_{}",         0x100, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY, onWrite(PortBehaviour::transmitterWritten))
            .register("UNNAMED_110_{}",        0x110, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("VIDEO_DIP_CTL_{}",      0x200, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_208_{}",        0x208, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_20C_{}",        0x20c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "VIDEO_DIP_DATA_{}",     0x220, 4, 8, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_2A0_{}",        0x2a0, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_DDI_FUNC_CTL_{}", 0x400, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY, onWrite(DisplayBehaviour::transcoderRouted))
            .register("TRANS_MSA_MISC_{}",     0x410, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 transcoder registers of Haswell; XenGT policy");

        builder.block("PANEL_FITTER", PANEL_FITTERS)
            //        name             offset width access     writable     reset  policy       state    behaviour
            .register("PF_WIN_POS_{}", 0x070, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("PF_WIN_SZ_{}",  0x074, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("PF_CTL_{}",     0x080, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 panel fitter");
    }
    // spotless:on
}
