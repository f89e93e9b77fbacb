package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterAccess.WRITE_ONE_TO_CLEAR;
import static org.gpumediator.core.catalogue.RegisterBehaviour.afterRead;
import static org.gpumediator.core.catalogue.RegisterBehaviour.beforeWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Bases.FDI_RECEIVERS;
import static org.gpumediator.intel.gen7.registers.Bases.SOUTH_TRANSCODERS;
import static org.gpumediator.intel.gen7.registers.Terms.DISPLAY;
import static org.gpumediator.intel.gen7.registers.Terms.HOST;
import static org.gpumediator.intel.gen7.registers.Terms.VIRTUAL;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/**
 * The display half of the platform hub: straps, GMBUS, side band, clocks, panel power, analog port.
 */
final class SouthDisplayRegisters {

    private SouthDisplayRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("SOUTH_CONTROL")
            //        name                   offset    width access     writable     reset        policy       state    behaviour
            .register("SOUTH_CHICKEN1",      0xc_2000, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("SOUTH_CHICKEN2",      0xc_2004, W32, READ_WRITE, 0xffff_dfff, 0,           VIRTUALISED, DISPLAY, beforeWrite(SouthBehaviour::chicken2))
            .register("SFUSE_STRAP",         0xc_2014, W32, READ_ONLY,  0,           0x0000_0040, VIRTUALISED, DISPLAY)
            .register("SOUTH_DSPCLK_GATE_D", 0xc_2020, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .source("Linux i915; SFUSE_STRAP bit 6 fuses the analog port off, bits 2:0 say which ports are there");

        builder.block("GMBUS")
            //        name          offset    width access     writable     reset        policy       state    behaviour
            .range(   "PCH_GPIO",   0xc_5010, 4, 6, W32, READ_WRITE, 0xffff_ffff, 0x0000_1010, VIRTUALISED, VIRTUAL, beforeWrite(SouthBehaviour::gpio))
            .register("PCH_GMBUS0", 0xc_5100, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY, onWrite(SouthBehaviour::gmbusWritten))
            .register("PCH_GMBUS1", 0xc_5104, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY, onWrite(SouthBehaviour::gmbusWritten))
            .register("PCH_GMBUS2", 0xc_5108, W32, READ_WRITE, 0xffff_ffff, 0x0000_0800, VIRTUALISED, DISPLAY, beforeWrite(SouthBehaviour::gmbusStatus), afterRead(SouthBehaviour::gmbus))
            .register("PCH_GMBUS3", 0xc_510c, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY, onWrite(SouthBehaviour::gmbusWritten), afterRead(SouthBehaviour::gmbus))
            .register("PCH_GMBUS4", 0xc_5110, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY, onWrite(SouthBehaviour::gmbusWritten))
            .register("PCH_GMBUS5", 0xc_5120, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .source("Linux i915 GMBUS; GVT-g emulation");

        builder.block("SIDE_BAND")
            //        name            offset    width access     writable     reset  policy       state    behaviour
            .register("SBI_ADDR",     0xc_6000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("SBI_DATA",     0xc_6004, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("SBI_CTL_STAT", 0xc_6008, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY, beforeWrite(SouthBehaviour::sideBand))
            .source("Linux i915 side band: opcode 6 reads, 7 writes; busy bit 0, response bits 2:1");

        builder.block("SOUTH_CLOCKS")
            //        name                offset    width access     writable     reset        policy       state    behaviour
            .register("PCH_DPLL_A",       0xc_6014, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PCH_DPLL_B",       0xc_6018, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PIXCLK_GATE",      0xc_6020, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PCH_FPA0",         0xc_6040, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PCH_FPA1",         0xc_6044, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PCH_FPB0",         0xc_6048, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PCH_FPB1",         0xc_604c, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PCH_DREF_CONTROL", 0xc_6200, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .register("PCH_RAWCLK_FREQ",  0xc_6204, W32, READ_WRITE, 0xffff_ffff, 0x0000_007d, VIRTUALISED, DISPLAY)
            .register("PCH_DPLL_SEL",     0xc_7000, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .source("Linux i915; the raw clock of Lynx Point is 125 MHz");

        builder.block("PANEL_POWER")
            //        name                 offset    width access     writable     reset  policy       state    behaviour
            .register("PCH_PP_STATUS",     0xc_7200, W32, READ_ONLY,  0,           0,     VIRTUALISED, DISPLAY)
            .register("PCH_PP_CONTROL",    0xc_7204, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY, onWrite(SouthBehaviour::panelPowerWritten))
            .register("PCH_PP_ON_DELAYS",  0xc_7208, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("PCH_PP_OFF_DELAYS", 0xc_720c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("PCH_PP_DIVISOR",    0xc_7210, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("BLC_PWM_PCH_CTL1",  0xc_8250, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .register("BLC_PWM_PCH_CTL2",  0xc_8254, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .register("UNNAMED_CE044",     0xc_e044, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .source("Linux i915 panel power sequencer; XenGT policy");

        builder.block("SOUTH_PORTS")
            //        name           offset    width access     writable     reset  policy       state    behaviour
            .register("PCH_ADPA",    0xe_1100, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY, beforeWrite(SouthBehaviour::analogPort))
            .register("PCH_LVDS",    0xe_1180, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "DP_BUFTRANS", 0xe_4f00, 4, 10, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915; XenGT policy");

        builder.block("SOUTH_TRANSCODER", SOUTH_TRANSCODERS)
            //        name                       offset width access     writable     reset  policy       state    behaviour
            .register("TRANS_HTOTAL_{}",         0x000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_HBLANK_{}",         0x004, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_HSYNC_{}",          0x008, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_VTOTAL_{}",         0x00c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_VBLANK_{}",         0x010, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_VSYNC_{}",          0x014, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_VSYNCSHIFT_{}",     0x028, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_DATA_M1_{}",        0x030, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_DATA_N1_{}",        0x034, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_DATA_M2_{}",        0x038, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_DATA_N2_{}",        0x03c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_DP_LINK_M1_{}",     0x040, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_DP_LINK_N1_{}",     0x044, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_DP_LINK_M2_{}",     0x048, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_DP_LINK_N2_{}",     0x04c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_VIDEO_DIP_CTL_{}",  0x200, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_VIDEO_DIP_DATA_{}", 0x208, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_VIDEO_DIP_GCP_{}",  0x210, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_DP_CTL_{}",         0x300, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 transcoders of the platform hub; XenGT policy");

        builder.block("FDI_RECEIVER", FDI_RECEIVERS)
            //        name                 offset width access             writable     reset  policy       state    behaviour
            .register("TRANSCONF_{}",      0x008, W32, READ_WRITE,         0xbfff_ffff, 0,     VIRTUALISED, DISPLAY, beforeWrite(DisplayBehaviour::enabledIsActive))
            .register("FDI_RX_CTL_{}",     0x00c, W32, READ_WRITE,         0xffff_ffff, 0,     VIRTUALISED, DISPLAY, onWrite(PortBehaviour::receiverWritten))
            .register("FDI_RX_MISC_{}",    0x010, W32, READ_WRITE,         0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("FDI_RX_IIR_{}",     0x014, W32, WRITE_ONE_TO_CLEAR, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("FDI_RX_IMR_{}",     0x018, W32, READ_WRITE,         0xffff_ffff, 0,     VIRTUALISED, DISPLAY, onWrite(PortBehaviour::receiverWritten))
            .register("FDI_RX_TUSIZE1_{}", 0x030, W32, READ_WRITE,         0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("FDI_RX_TUSIZE2_{}", 0x038, W32, READ_WRITE,         0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_CHICKEN1_{}", 0x060, W32, READ_WRITE,         0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("TRANS_CHICKEN2_{}", 0x064, W32, READ_WRITE,         0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 FDI receivers; XenGT policy");
    }
    // spotless:on
}
