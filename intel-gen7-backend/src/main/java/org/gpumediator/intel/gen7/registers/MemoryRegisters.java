package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.MASKED;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterBehaviour.beforeWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.contextSaved;
import static org.gpumediator.core.catalogue.RegisterBehaviour.hardwareStatus;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.sticky;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.RegisterWidth.W64;
import static org.gpumediator.core.catalogue.TrapPolicy.PARTITIONED;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Terms.HOST;
import static org.gpumediator.intel.gen7.registers.Terms.LIVE;
import static org.gpumediator.intel.gen7.registers.Terms.PASSTHROUGH;
import static org.gpumediator.intel.gen7.registers.Terms.RENDER;
import static org.gpumediator.intel.gen7.registers.Terms.VIRTUAL;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/** Memory arbiter, translation, fences and tiling. */
final class MemoryRegisters {

    private MemoryRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("ARBITER")
            //        name            offset    width access     writable     reset  policy       state    behaviour
            .register("ARB_MODE",     0x4030,   W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved())
            .register("UNNAMED_4040", 0x4040,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved())
            .register("GAM_ECOCHK",   0x4090,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved())
            .register("ERROR_GEN6",   0x40a0,   W32, READ_ONLY,  0,           0,     VIRTUALISED, VIRTUAL)
            .register("DONE_REG",     0x40b0,   W32, READ_ONLY,  0,           0,     VIRTUALISED, VIRTUAL, hardwareStatus())
            .register("UNNAMED_41D0", 0x41d0,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_860",  0x0860,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("GAC_ECOCHK",   0x1_4090, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("GAB_CTL",      0x2_4000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_3C",   0x003c,   W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .source("XenGT policy; Linux i915 memory arbiter registers");

        builder.block("SYSTEM_AGENT")
            //        name                  offset     width access     writable     reset  policy       state    behaviour
            .register("UNNAMED_9008",       0x9008,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .register("SNPCR",              0x900c,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("SUPER_QUEUE_CONFIG", 0x902c,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("SQ_CHICKEN_MBCUNIT", 0x9030,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved())
            .register("MBCTL",              0x907c,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_911C",       0x911c,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_9120",       0x9120,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_9150",       0x9150,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL, contextSaved())
            .register("UNNAMED_9154",       0x9154,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL, contextSaved())
            .register("UNNAMED_9160",       0x9160,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL, contextSaved())
            .register("UNNAMED_9164",       0x9164,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL, contextSaved())
            .register("UNNAMED_91B8",       0x91b8,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL, contextSaved())
            .register("UNNAMED_91BC",       0x91bc,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL, contextSaved())
            .register("UNNAMED_91C0",       0x91c0,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL, contextSaved())
            .register("UNNAMED_91C4",       0x91c4,    W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL, contextSaved())
            .register("UNNAMED_1082C0",     0x10_82c0, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .source("XenGT policy; Linux i915");

        builder.block("FENCES")
            //        name                        offset     width access     writable     reset  policy       state    behaviour
            .range(   "FENCE",                    0x10_0000, 8, 32, W64, READ_WRITE, -1,          0,     PARTITIONED, VIRTUAL, sticky(), beforeWrite(MemoryBehaviour::fence), onWrite(MemoryBehaviour::fenceWritten))
            .register("DPFC_CONTROL_SA",          0x10_0100, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("DPFC_CPU_FENCE_OFFSET_SA", 0x10_0104, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .source("Linux i915 fence registers of gen7");

        builder.block("TRANSLATION")
            //        name             offset     width access     writable     reset  policy       state        behaviour
            .register("TILECTL",       0x10_1000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .register("GFX_FLSH_CNTL", 0x10_1008, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, PASSTHROUGH, onWrite(MemoryBehaviour::tableFlushed))
            .source("Linux i915; XenGT policy, hardened: a flush is a notice, not a register");

        builder.block("FRAMEBUFFER_COMPRESSION")
            //        name                     offset    width access     writable     reset  policy       state    behaviour
            .register("DPFC_CB_BASE",          0x4_3200, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("DPFC_CONTROL",          0x4_3208, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("DPFC_RECOMP_CTL",       0x4_320c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("DPFC_STATUS",           0x4_3210, W32, READ_ONLY,  0,           0,     VIRTUALISED, VIRTUAL)
            .register("DPFC_CPU_FENCE_OFFSET", 0x4_3218, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .source("Linux i915; a guest has no framebuffer compression");
    }
    // spotless:on
}
