package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterBehaviour.afterRead;
import static org.gpumediator.core.catalogue.RegisterBehaviour.beforeWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.hardwareStatus;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.TrapPolicy.DENIED;
import static org.gpumediator.core.catalogue.TrapPolicy.TRANSLATED;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Bases.PIPES;
import static org.gpumediator.intel.gen7.registers.Terms.ADDRESS;
import static org.gpumediator.intel.gen7.registers.Terms.DISPLAY;
import static org.gpumediator.intel.gen7.registers.Terms.VIRTUAL;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/** Pipes and their planes. */
final class PipeRegisters {

    private PipeRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("PIPE", PIPES)
            //        name                 offset width access     writable     reset  policy       state    behaviour
            .register("PIPEDSL_{}",        0x000, W32, READ_ONLY,  0,           0,     VIRTUALISED, DISPLAY, afterRead(DisplayBehaviour::scanLine))
            .register("PIPECONF_{}",       0x008, W32, READ_WRITE, 0xbfff_ffff, 0,     VIRTUALISED, DISPLAY, beforeWrite(DisplayBehaviour::enabledIsActive), onWrite(DisplayBehaviour::pipeWritten))
            .register("PIPESTAT_{}",       0x024, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("PIPE_FRMCOUNT_{}",  0x040, W32, READ_ONLY,  0,           0,     VIRTUALISED, DISPLAY, afterRead(DisplayBehaviour::frameCount))
            .register("PIPE_FLIPCOUNT_{}", 0x044, W32, READ_ONLY,  0,           0,     VIRTUALISED, VIRTUAL)
            .source("Linux i915 pipe registers; XenGT emulation");

        builder.block("CURSOR", PIPES)
            //        name              offset width access     writable     reset  policy       state    behaviour
            .register("CURCNTR_{}",     0x080, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("CURBASE_{}",     0x084, W32, READ_WRITE, 0xffff_ffff, 0,     TRANSLATED,  DISPLAY, ADDRESS, onWrite(DisplayBehaviour::cursorWritten))
            .register("CURPOS_{}",      0x088, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("UNNAMED_8C_{}",  0x08c, W32, READ_WRITE, 0xffff_ffff, 0,     DENIED,      DISPLAY)
            .range(   "CURPALET_{}",    0x090, 4, 4, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("CURSURFLIVE_{}", 0x0ac, W32, READ_ONLY,  0,           0,     TRANSLATED,  DISPLAY, ADDRESS, hardwareStatus())
            .source("Linux i915 cursor registers; XenGT refuses writes to +0x8c");

        builder.block("PRIMARY_PLANE", PIPES)
            //        name              offset width access     writable     reset  policy       state    behaviour
            .register("DSPCNTR_{}",     0x180, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("DSPLINOFF_{}",   0x184, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("DSPSTRIDE_{}",   0x188, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("DSPPOS_{}",      0x18c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("DSPSIZE_{}",     0x190, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("DSPSURF_{}",     0x19c, W32, READ_WRITE, 0xffff_ffff, 0,     TRANSLATED,  DISPLAY, ADDRESS, onWrite(DisplayBehaviour::primaryWritten))
            .register("DSPTILEOFF_{}",  0x1a4, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("DSPSURFLIVE_{}", 0x1ac, W32, READ_ONLY,  0,           0,     TRANSLATED,  DISPLAY, ADDRESS, hardwareStatus())
            .register("UNNAMED_1B0_{}", 0x1b0, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .source("Linux i915 primary plane; SURFLIVE follows SURF at once");

        builder.block("SPRITE_PLANE", PIPES)
            //        name              offset width access     writable     reset  policy       state    behaviour
            .register("SPRCTL_{}",      0x280, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("SPRLINOFF_{}",   0x284, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("SPRSTRIDE_{}",   0x288, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("SPRPOS_{}",      0x28c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("SPRSIZE_{}",     0x290, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("SPRKEYVAL_{}",   0x294, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("SPRKEYMSK_{}",   0x298, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("SPRSURF_{}",     0x29c, W32, READ_WRITE, 0xffff_ffff, 0,     TRANSLATED,  DISPLAY, ADDRESS, onWrite(DisplayBehaviour::spriteWritten))
            .register("SPRKEYMAX_{}",   0x2a0, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("SPRTILEOFF_{}",  0x2a4, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .register("SPRSURFLIVE_{}", 0x2ac, W32, READ_ONLY,  0,           0,     TRANSLATED,  DISPLAY, ADDRESS, hardwareStatus())
            .register("SPRSCALE_{}",    0x304, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "SPRGAMC_{}",     0x400, 4, 16, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "SPRGAMC16_{}",   0x440, 4, 3,  W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .range(   "SPRGAMC17_{}",   0x44c, 4, 3,  W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, DISPLAY)
            .source("Linux i915 sprite plane; XenGT policy");

        builder.block("OTHER_PIPES")
            //        name            offset    width access     writable     reset  policy       state    behaviour
            .register("DVSBSURF",     0x7_319c, W32, READ_WRITE, 0xffff_ffff, 0,     TRANSLATED,  DISPLAY, ADDRESS)
            .register("EDP_PIPECONF", 0x7_f008, W32, READ_WRITE, 0xbfff_ffff, 0,     VIRTUALISED, DISPLAY, beforeWrite(DisplayBehaviour::enabledIsActive), onWrite(DisplayBehaviour::pipeWritten))
            .source("Linux i915; XenGT policy");
    }
    // spotless:on
}
