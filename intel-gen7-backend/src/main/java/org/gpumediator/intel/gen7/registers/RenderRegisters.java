package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.MASKED;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterBehaviour.afterRead;
import static org.gpumediator.core.catalogue.RegisterBehaviour.commandAccess;
import static org.gpumediator.core.catalogue.RegisterBehaviour.contextSaved;
import static org.gpumediator.core.catalogue.RegisterBehaviour.hardwareStatus;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Terms.HOST;
import static org.gpumediator.intel.gen7.registers.Terms.LIVE;
import static org.gpumediator.intel.gen7.registers.Terms.PASSTHROUGH;
import static org.gpumediator.intel.gen7.registers.Terms.RENDER;
import static org.gpumediator.intel.gen7.registers.Terms.VIRTUAL;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/** Modes and workarounds of the render pipeline, its caches and its execution units. */
final class RenderRegisters {

    private RenderRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("RENDER_MODES")
            //        name                     offset  width access     writable     reset  policy       state        behaviour
            .register("CACHE_MODE_0",          0x7000, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved(), commandAccess())
            .register("CACHE_MODE_1",          0x7004, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved(), commandAccess())
            .register("GT_MODE",               0x7008, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved(), commandAccess())
            .register("COMMON_SLICE_CHICKEN1", 0x7010, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved(), commandAccess())
            .register("COMMON_SLICE_CHICKEN2", 0x7014, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved(), commandAccess())
            .register("UNNAMED_7018",          0x7018, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("UNNAMED_7034",          0x7034, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("SC_INSTDONE",           0x7100, W32, READ_ONLY,  0,           0,     VIRTUALISED, RENDER,      hardwareStatus(), afterRead(EngineBehaviour::live))
            .register("UNNAMED_7118",          0x7118, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_7180",          0x7180, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_7408",          0x7408, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_7C00",          0x7c00, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_8000",          0x8000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, PASSTHROUGH)
            .register("UNNAMED_8008",          0x8008, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, PASSTHROUGH)
            .source("XenGT policy; Linux i915 gen7 workarounds");

        builder.block("RENDER_CACHES")
            //        name                   offset  width access     writable     reset  policy       state    behaviour
            .register("UNNAMED_B008",        0xb008, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("L3SQCREG1",           0xb010, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("L3CNTLREG1",          0xb01c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved())
            .register("L3CNTLREG2",          0xb020, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("L3CNTLREG3",          0xb024, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("L3_CHICKEN_MODE",     0xb030, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved())
            .register("L3SQCREG4",           0xb034, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved())
            .register("SCRATCH1",            0xb038, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("UNNAMED_B208",        0xb208, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("HALF_SLICE_CHICKEN1", 0xe100, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved())
            .register("SAMPLER_INSTDONE",    0xe160, W32, READ_ONLY,  0,           0,     VIRTUALISED, RENDER,  hardwareStatus(), afterRead(EngineBehaviour::live))
            .register("ROW_INSTDONE",        0xe164, W32, READ_ONLY,  0,           0,     VIRTUALISED, RENDER,  hardwareStatus(), afterRead(EngineBehaviour::live))
            .register("HALF_SLICE_CHICKEN2", 0xe180, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved())
            .register("HALF_SLICE_CHICKEN3", 0xe184, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved())
            .register("ROW_CHICKEN3",        0xe49c, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, HOST,    LIVE, commandAccess())
            .source("XenGT policy and its context-switch list; Linux i915 gen7 workarounds");
    }
    // spotless:on
}
