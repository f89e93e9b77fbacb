package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.MASKED;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterAccess.WRITE_ONE_TO_CLEAR;
import static org.gpumediator.core.catalogue.RegisterBehaviour.beforeWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.sticky;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Terms.HOST;
import static org.gpumediator.intel.gen7.registers.Terms.PASSTHROUGH;
import static org.gpumediator.intel.gen7.registers.Terms.RENDER;
import static org.gpumediator.intel.gen7.registers.Terms.VIRTUAL;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/** Clock gating, forcewake, render power states, power wells, the power controller and reset. */
final class PowerRegisters {

    private PowerRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("CLOCK_GATING")
            //        name                 offset    width access     writable     reset  policy       state    behaviour
            .register("2D_CG_DIS",         0x6200,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("3D_CG_DIS",         0x6204,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("3D_CG_DIS2",        0x6208,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UCG_CTL1",          0x9400,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .register("UCG_CTL2",          0x9404,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .register("MISC_CLOCK_GATING", 0x9424,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("RSTDBYCTL",         0x1_11b8, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .source("Linux i915; XenGT policy");

        builder.block("RESET")
            //        name     offset  width access     writable     reset  policy       state behaviour
            .register("GDRST", 0x941c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST, sticky(), beforeWrite(PowerBehaviour::reset))
            .source("Linux i915, gen7.5 reset domains");

        builder.block("RENDER_POWER")
            //        name                      offset  width access     writable     reset        policy       state behaviour
            .register("RPNSWREQ",               0xa008, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RC_VIDEO_FREQ",          0xa00c, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_DOWN_TIMEOUT",        0xa010, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_INTERRUPT_LIMITS",    0xa014, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RPSTAT1",                0xa01c, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_CONTROL",             0xa024, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_UP_THRESHOLD",        0xa02c, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_DOWN_THRESHOLD",      0xa030, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_CUR_UP_EI",           0xa050, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_CUR_UP",              0xa054, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_PREV_UP",             0xa058, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_CUR_DOWN_EI",         0xa05c, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_CUR_DOWN",            0xa060, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_PREV_DOWN",           0xa064, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_UP_EI",               0xa068, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_DOWN_EI",             0xa06c, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RP_IDLE_HYSTERSIS",      0xa070, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RC_CONTROL",             0xa090, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST, onWrite(PowerBehaviour::renderStateWritten))
            .register("RC_STATE",               0xa094, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST, onWrite(PowerBehaviour::renderStateWritten))
            .register("RC1_WAKE_RATE_LIMIT",    0xa098, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RC6_WAKE_RATE_LIMIT",    0xa09c, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RC6PP_WAKE_RATE_LIMIT",  0xa0a0, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RC_EVALUATION_INTERVAL", 0xa0a8, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RC_IDLE_HYSTERSIS",      0xa0ac, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RC_SLEEP",               0xa0b0, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RC1E_THRESHOLD",         0xa0b4, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RC6_THRESHOLD",          0xa0b8, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RC6P_THRESHOLD",         0xa0bc, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("RC6PP_THRESHOLD",        0xa0c0, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("PMINTRMSK",              0xa168, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("ECOBUS",                 0xa180, W32, READ_WRITE, 0xffff_ffff, 0x0000_0020, VIRTUALISED, HOST)
            .source("Linux i915 render power registers; XenGT policy; ECOBUS bit 5 is the multi-threaded forcewake");

        builder.block("FORCEWAKE")
            //        name                   offset     width access             writable     reset        policy       state        behaviour
            .register("FORCEWAKE_MT",        0xa188,    W32, MASKED,             0x0000_ffff, 0,           VIRTUALISED, VIRTUAL,     sticky(), onWrite(PowerBehaviour::forcewakeWritten))
            .register("FORCEWAKE",           0xa18c,    W32, READ_WRITE,         0x0000_0001, 0,           VIRTUALISED, VIRTUAL,     sticky(), onWrite(PowerBehaviour::legacyForcewakeWritten))
            .register("GTFIFODBG",           0x12_0000, W32, WRITE_ONE_TO_CLEAR, 0xffff_ffff, 0,           VIRTUALISED, RENDER)
            .register("GTFIFO_FREE_ENTRIES", 0x12_0008, W32, READ_ONLY,          0,           0x0000_003f, VIRTUALISED, RENDER)
            .register("HSW_EDRAM_CAP",       0x12_0010, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED, VIRTUAL)
            .register("FORCEWAKE_ACK_HSW",   0x13_0044, W32, READ_ONLY,          0,           0,           VIRTUALISED, VIRTUAL,     sticky())
            .register("UNNAMED_13005C",      0x13_005c, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED, PASSTHROUGH)
            .register("FORCEWAKE_ACK",       0x13_0090, W32, READ_ONLY,          0,           0,           VIRTUALISED, VIRTUAL,     sticky())
            .register("GT_THREAD_STATUS",    0x13_805c, W32, READ_ONLY,          0,           0,           VIRTUALISED, VIRTUAL)
            .register("GT_CORE_STATUS",      0x13_8060, W32, READ_ONLY,          0,           0,           VIRTUALISED, VIRTUAL)
            .source("Linux i915 forcewake; XenGT emulation of the render power state");

        builder.block("POWER_CONTROLLER")
            //        name             offset     width access     writable     reset  policy       state behaviour
            .register("PCODE_MAILBOX", 0x13_8124, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST, beforeWrite(PowerBehaviour::mailbox))
            .register("PCODE_DATA0",   0x13_8128, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .register("PCODE_DATA1",   0x13_812c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .source("Linux i915 power controller mailbox");

        builder.block("POWER_WELLS")
            //        name                 offset    width access     writable     reset  policy       state behaviour
            .register("HSW_PWR_WELL_CTL1", 0x4_5400, W32, READ_WRITE, 0xbfff_ffff, 0,     VIRTUALISED, HOST, onWrite(PowerBehaviour::wellWritten))
            .register("HSW_PWR_WELL_CTL2", 0x4_5404, W32, READ_WRITE, 0xbfff_ffff, 0,     VIRTUALISED, HOST, onWrite(PowerBehaviour::wellWritten))
            .register("HSW_PWR_WELL_CTL3", 0x4_5408, W32, READ_WRITE, 0xbfff_ffff, 0,     VIRTUALISED, HOST, onWrite(PowerBehaviour::wellWritten))
            .register("HSW_PWR_WELL_CTL4", 0x4_540c, W32, READ_WRITE, 0xbfff_ffff, 0,     VIRTUALISED, HOST, onWrite(PowerBehaviour::wellWritten))
            .register("HSW_PWR_WELL_CTL5", 0x4_5410, W32, READ_WRITE, 0xbfff_ffff, 0,     VIRTUALISED, HOST, beforeWrite(DisplayBehaviour::enabledIsActive))
            .register("HSW_PWR_WELL_CTL6", 0x4_5414, W32, READ_WRITE, 0xbfff_ffff, 0,     VIRTUALISED, HOST, beforeWrite(DisplayBehaviour::enabledIsActive))
            .source("Linux i915 power well registers: request bit 31, state bit 30");
    }
    // spotless:on
}
