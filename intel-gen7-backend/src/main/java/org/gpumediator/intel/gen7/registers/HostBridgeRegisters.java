package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Terms.VIRTUAL;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/** The mirror of the host bridge's registers: memory configuration and frequency limits. */
final class HostBridgeRegisters {

    private HostBridgeRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("MCHBAR")
            //        name               offset     width access     writable     reset        policy       state    behaviour
            .range(   "MCHBAR_MIRROR_0", 0x14_0000, 4, 5121,  W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, VIRTUAL)
            .register("MAD_DIMM_C0",     0x14_5004, W32, READ_ONLY,  0,           0x0060_0010, VIRTUALISED, VIRTUAL)
            .register("MAD_DIMM_C1",     0x14_5008, W32, READ_ONLY,  0,           0x0060_0020, VIRTUALISED, VIRTUAL)
            .range(   "MCHBAR_MIRROR_1", 0x14_500c, 4, 611,   W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, VIRTUAL)
            .register("RP_STATE_CAP",    0x14_5998, W32, READ_ONLY,  0,           0x0007_0d18, VIRTUALISED, VIRTUAL)
            .range(   "MCHBAR_MIRROR_2", 0x14_599c, 4, 221,   W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, VIRTUAL)
            .register("MCH_SSKPD",       0x14_5d10, W32, READ_WRITE, 0xffff_ffff, 0x0201_8040, VIRTUALISED, VIRTUAL)
            .register("MCH_SSKPD_HIGH",  0x14_5d14, W32, READ_WRITE, 0xffff_ffff, 0x1400_0040, VIRTUALISED, VIRTUAL)
            .range(   "MCHBAR_MIRROR_3", 0x14_5d18, 4, 59,    W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, VIRTUAL)
            .register("UNNAMED_145E04",  0x14_5e04, W32, READ_ONLY,  0,           0,           VIRTUALISED, VIRTUAL)
            .range(   "MCHBAR_MIRROR_4", 0x14_5e08, 4, 59518, W32, READ_WRITE, 0xffff_ffff, 0,           VIRTUALISED, VIRTUAL)
            .source("Linux i915 host bridge mirror; two unequal channels mean that no address bit is swizzled");
    }
    // spotless:on
}
