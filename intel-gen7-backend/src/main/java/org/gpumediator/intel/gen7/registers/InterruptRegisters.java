package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterAccess.WRITE_ONE_TO_CLEAR;
import static org.gpumediator.core.catalogue.RegisterBehaviour.beforeWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.commandAccess;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.sticky;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Bases.INTERRUPT_BANKS;
import static org.gpumediator.intel.gen7.registers.Terms.DISPLAY;
import static org.gpumediator.intel.gen7.registers.Terms.HOST;
import static org.gpumediator.intel.gen7.registers.Terms.VIRTUAL;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/** The four interrupt banks and the error registers beside them. */
final class InterruptRegisters {

    private InterruptRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("INTERRUPTS", INTERRUPT_BANKS)
            //        name     offset width access             writable     reset        policy       state    behaviour
            .register("{}ISR", 0x000, W32, READ_ONLY,          0,           0,           VIRTUALISED, VIRTUAL, sticky())
            .register("{}IMR", 0x004, W32, READ_WRITE,         0xffff_ffff, 0xffff_ffff, VIRTUALISED, VIRTUAL, sticky(), onWrite(InterruptBehaviour::maskWritten))
            .register("{}IIR", 0x008, W32, WRITE_ONE_TO_CLEAR, 0xffff_ffff, 0,           VIRTUALISED, VIRTUAL, sticky(), onWrite(InterruptBehaviour::identityCleared))
            .register("{}IER", 0x00c, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED, VIRTUAL, sticky(), onWrite(InterruptBehaviour::enableWritten))
            .source("Linux i915 interrupt registers before Broadwell");

        builder.block("ERRORS")
            //        name                 offset    width access             writable     reset        policy       state    behaviour
            .register("FPGA_DBG",          0x4_2300, W32, WRITE_ONE_TO_CLEAR, 0x8000_0000, 0,           VIRTUALISED, HOST)
            .register("DP_A_HOTPLUG_CNTL", 0x4_4030, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED, DISPLAY, beforeWrite(InterruptBehaviour::portAHotplug))
            .register("ERR_INT",           0x4_4040, W32, WRITE_ONE_TO_CLEAR, 0xffff_ffff, 0,           VIRTUALISED, VIRTUAL)
            .register("DERRMR",            0x4_4050, W32, READ_WRITE,         0xffff_ffff, 0xffff_ffff, VIRTUALISED, VIRTUAL, commandAccess(), onWrite(InterruptBehaviour::responseMaskWritten))
            .register("UNNAMED_44070",     0x4_4070, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("UNNAMED_44084",     0x4_4084, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("UNNAMED_4408C",     0x4_408c, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED, HOST)
            .register("PSR_IMR",           0x6_4834, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED, VIRTUAL)
            .register("PSR_IIR",           0x6_4838, W32, WRITE_ONE_TO_CLEAR, 0xffff_ffff, 0,           VIRTUALISED, VIRTUAL)
            .register("SHOTPLUG_CTL",      0xc_4030, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED, VIRTUAL, beforeWrite(InterruptBehaviour::southHotplug))
            .register("SERR_INT",          0xc_4040, W32, WRITE_ONE_TO_CLEAR, 0xffff_ffff, 0,           VIRTUALISED, VIRTUAL)
            .source("Linux i915; XenGT emulation; write-one-to-clear as a stock kernel was seen to need it");
    }
    // spotless:on
}
