package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterBehaviour.beforeWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.hooks;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.sticky;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.RegisterWidth.W8;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Bases.COLOUR_PIPES;
import static org.gpumediator.intel.gen7.registers.Bases.PALETTES;
import static org.gpumediator.intel.gen7.registers.Terms.DISPLAY;
import static org.gpumediator.intel.gen7.registers.Terms.HOST;
import static org.gpumediator.intel.gen7.registers.Terms.PASSTHROUGH;
import static org.gpumediator.intel.gen7.registers.Terms.VIRTUAL;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/**
 * Display chicken bits, watermarks, clocks and what else is not per pipe, on the processor's side.
 */
final class DisplayRegisters {

    private DisplayRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("VGA")
            //        name                offset    width access     writable     reset  policy       state    behaviour
            .register("VGA_CR_INDEX_MDA", 0x03b4,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_CR_DATA_MDA",  0x03b5,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_ST01_MDA",     0x03ba,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_AR_INDEX",     0x03c0,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_AR_DATA_READ", 0x03c1,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_MSR_WRITE",    0x03c2,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_SR_INDEX",     0x03c4,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_SR_DATA",      0x03c5,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_DACMASK",      0x03c6,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_DACRX",        0x03c7,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_DACWX",        0x03c8,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_DACDATA",      0x03c9,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_MSR_READ",     0x03cc,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_GR_INDEX",     0x03ce,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_GR_DATA",      0x03cf,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_CR_INDEX_CGA", 0x03d4,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_CR_DATA_CGA",  0x03d5,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA_ST01_CGA",     0x03da,   W8,  READ_WRITE, 0xff,        0,     VIRTUALISED, DISPLAY)
            .register("VGA0",             0x6000,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("VGA1",             0x6004,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("VGA_PD",           0x6010,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("CPU_VGACNTRL",     0x4_1000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST,    sticky(), onWrite(DisplayBehaviour::vgaWritten))
            .source("Linux i915 VGA registers; XenGT policy");

        builder.block("DISPLAY_CONTROL")
            //        name                      offset    width access     writable     reset  policy       state    behaviour
            .register("DISPLAY_CHICKEN_BITS_1", 0x4_2000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("DISPLAY_CHICKEN_BITS_2", 0x4_2004, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("FUSE_STRAP",             0x4_2014, W32, READ_ONLY,  0,           0,     VIRTUALISED, DISPLAY)
            .register("DSPCLK_GATE_D",          0x4_2020, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_42080",          0x4_2080, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .register("CHICKEN_PIPESL_1_A",     0x4_20b0, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("CHICKEN_PIPESL_1_B",     0x4_20b4, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("CHICKEN_PIPESL_1_C",     0x4_20b8, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("DISP_ARB_CTL",           0x4_5000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("DISP_ARB_CTL2",          0x4_5004, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 display registers; XenGT policy");

        builder.block("WATERMARKS")
            //        name                  offset    width access     writable     reset  policy       state        behaviour
            .register("WM0_PIPEA",          0x4_5100, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("WM0_PIPEB",          0x4_5104, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("WM1_LP",             0x4_5108, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("WM2_LP",             0x4_510c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("WM3_LP",             0x4_5110, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("WM1S_LP",            0x4_5120, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("WM2S_LP",            0x4_5124, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("WM3S_LP",            0x4_5128, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("WM0_PIPEC",          0x4_5200, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_45260",      0x4_5260, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, PASSTHROUGH)
            .register("PIPE_WM_LINETIME_A", 0x4_5270, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("PIPE_WM_LINETIME_B", 0x4_5274, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("PIPE_WM_LINETIME_C", 0x4_5278, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("WM_DBG",             0x4_5280, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 watermark registers; XenGT policy");

        builder.block("DISPLAY_CLOCKS")
            //        name                 offset     width access     writable     reset        policy       state    behaviour
            .register("SPLL_CTL",          0x4_6020,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("WRPLL_CTL1",        0x4_6040,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("WRPLL_CTL2",        0x4_6060,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PORT_CLK_SEL_DDIA", 0x4_6100,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PORT_CLK_SEL_DDIB", 0x4_6104,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PORT_CLK_SEL_DDIC", 0x4_6108,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PORT_CLK_SEL_DDID", 0x4_610c,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PORT_CLK_SEL_DDIE", 0x4_6110,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("TRANS_CLK_SEL_A",   0x4_6140,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("TRANS_CLK_SEL_B",   0x4_6144,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("TRANS_CLK_SEL_C",   0x4_6148,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("UNNAMED_46408",     0x4_6408,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("UNNAMED_46508",     0x4_6508,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("LCPLL_CTL",         0x13_0040, W32, READ_WRITE, 0xbff7_ffff, 0x4000_0000, VIRTUALISED, DISPLAY, beforeWrite(DisplayBehaviour::coreClock))
            .source("Linux i915 Haswell clocks: LCPLL is locked while bit 31 is clear");

        builder.block("BACKLIGHT")
            //        name                offset    width access     writable     reset  policy       state    behaviour
            .register("BLC_PWM_CPU_CTL2", 0x4_8250, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .register("BLC_PWM_CPU_CTL",  0x4_8254, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .register("HISTOGRAM_THRSH",  0x4_8268, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_48800",    0x4_8800, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .range(   "SWF",              0x4_f000, 4, 36, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .source("Linux i915; XenGT policy");

        builder.block("COLOUR", COLOUR_PIPES)
            //        name                offset width access     writable     reset  policy       state    behaviour
            .range(   "CSC_COEFF_{}",     0x010, 4, 6, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("CSC_MODE_{}",      0x028, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("CSC_PREOFF_HI_{}", 0x030, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("CSC_PREOFF_ME_{}", 0x034, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("CSC_PREOFF_LO_{}", 0x038, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "CSC_POSTOFF_{}",   0x040, 4, 3, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_80_{}",    0x080, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "UNNAMED_90_{}",    0x090, 4, 5, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 colour space conversion; XenGT policy");

        builder.block("PALETTE", PALETTES)
            //        name                    offset width access     writable     reset  policy       state    behaviour
            .range(   "LGC_PALETTE_{}",       0x000, 4, 256, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("PAL_PREC_INDEX_{}",    0x400, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("PAL_PREC_DATA_{}",     0x404, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY, hooks(DisplayBehaviour::preciseColourWritten, DisplayBehaviour::preciseColour))
            .range(   "PAL_PREC_GC_MAX_{}",   0x410, 4, 3, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "PAL_EXT_GC_MAX_{}",    0x420, 4, 3, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("GAMMA_MODE_{}",        0x480, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 gamma registers");
    }
    // spotless:on
}
