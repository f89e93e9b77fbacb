package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Terms.DISPLAY;
import static org.gpumediator.intel.gen7.registers.Terms.VIRTUAL;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/**
 * Registers of the platform hub that drivers find constant, and some that are known by number only.
 */
final class SouthFixedRegisters {

    private SouthFixedRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("SOUTH_CONSTANTS")
            //        name             offset    width access    writable  reset        policy       state    behaviour
            .register("UNNAMED_E651C", 0xe_651c, W32, READ_ONLY, 0,        0x0002_0000, VIRTUALISED, DISPLAY)
            .register("UNNAMED_E661C", 0xe_661c, W32, READ_ONLY, 0,        0x0002_0000, VIRTUALISED, DISPLAY)
            .register("UNNAMED_E671C", 0xe_671c, W32, READ_ONLY, 0,        0x0002_0000, VIRTUALISED, DISPLAY)
            .register("UNNAMED_E681C", 0xe_681c, W32, READ_ONLY, 0,        0x0002_0000, VIRTUALISED, DISPLAY)
            .register("UNNAMED_E6C04", 0xe_6c04, W32, READ_ONLY, 0,        0x0000_0003, VIRTUALISED, DISPLAY)
            .register("UNNAMED_E6E1C", 0xe_6e1c, W32, READ_ONLY, 0,        0x002f_0000, VIRTUALISED, DISPLAY)
            .source("XenGT emulation: values that drivers were seen to need");

        builder.block("SOUTH_UNNAMED")
            //        name             offset    width access     writable     reset  policy       state    behaviour
            .register("UNNAMED_E6500", 0xe_6500, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_E6504", 0xe_6504, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_E6600", 0xe_6600, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_E6604", 0xe_6604, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_E6700", 0xe_6700, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_E6704", 0xe_6704, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_E6800", 0xe_6800, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_E6804", 0xe_6804, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC008", 0xe_c008, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC00C", 0xe_c00c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC020", 0xe_c020, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC024", 0xe_c024, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC038", 0xe_c038, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC03C", 0xe_c03c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC050", 0xe_c050, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC054", 0xe_c054, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC408", 0xe_c408, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC40C", 0xe_c40c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC420", 0xe_c420, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC424", 0xe_c424, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC438", 0xe_c438, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC43C", 0xe_c43c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC450", 0xe_c450, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_EC454", 0xe_c454, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FC810", 0xf_c810, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FC81C", 0xf_c81c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FC828", 0xf_c828, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FC834", 0xf_c834, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FCC00", 0xf_cc00, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FCC0C", 0xf_cc0c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FCC18", 0xf_cc18, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FCC24", 0xf_cc24, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FD000", 0xf_d000, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FD00C", 0xf_d00c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FD018", 0xf_d018, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FD024", 0xf_d024, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_FD034", 0xf_d034, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .source("XenGT policy");
    }
    // spotless:on
}
