package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterAccess.WRITE_ONE_TO_CLEAR;
import static org.gpumediator.core.catalogue.RegisterBehaviour.beforeWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.RegisterWidth.W64;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Bases.AUX_CHANNELS;
import static org.gpumediator.intel.gen7.registers.Bases.PORTS;
import static org.gpumediator.intel.gen7.registers.Terms.DISPLAY;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/** DDI ports and their AUX channels on the processor's side, and audio. */
final class PortRegisters {

    private PortRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("DDI", PORTS)
            //        name               offset width access             writable     reset        policy       state    behaviour
            .register("DDI_BUF_CTL_{}",  0x000, W32, READ_WRITE,         0xffff_ff7e, 0x0000_0080, VIRTUALISED, DISPLAY, beforeWrite(PortBehaviour::bufferControl))
            .register("DP_TP_CTL_{}",    0x040, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED, DISPLAY, onWrite(PortBehaviour::trainingWritten))
            .register("DP_TP_STATUS_{}", 0x044, W32, WRITE_ONE_TO_CLEAR, 0xffff_ffff, 0,           VIRTUALISED, DISPLAY)
            .source("Linux i915 DDI registers: idle bit 7 follows enable bit 31");

        builder.block("DDI_BUFFERS")
            .range(   "DDI_BUF_TRANS_A", 0x6_4e00, 4, 20, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "DDI_BUF_TRANS_B", 0x6_4e60, 4, 20, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "DDI_BUF_TRANS_C", 0x6_4ec0, 4, 20, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "DDI_BUF_TRANS_D", 0x6_4f20, 4, 20, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "DDI_BUF_TRANS_E", 0x6_4f80, 4, 20, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 DDI buffer translations");

        builder.block("AUX", AUX_CHANNELS)
            //        name              offset width access     writable     reset  policy       state    behaviour
            .register("{}_AUX_CH_CTL",  0x000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY, beforeWrite(PortBehaviour::auxControl))
            .range(   "{}_AUX_CH_DATA", 0x004, 4, 5, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 DisplayPort AUX channels");

        builder.block("AUDIO")
            //        name                      offset    width access     writable     reset  policy       state    behaviour
            .register("HSW_AUD_CONFIG_A",       0x6_5000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_65050",          0x6_5050, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_650B4",          0x6_50b4, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("HSW_AUD_PIN_ELD_CP_VLD", 0x6_50c0, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_6661C",          0x6_661c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_66C00",          0x6_6c00, W64, READ_WRITE, -1,          0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 audio registers; XenGT policy");
    }
    // spotless:on
}
