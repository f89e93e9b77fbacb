package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.sticky;
import static org.gpumediator.core.catalogue.RegisterBehaviour.unaligned;
import static org.gpumediator.core.catalogue.RegisterWidth.W16;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.RegisterWidth.W64;
import static org.gpumediator.core.catalogue.TrapPolicy.PARTITIONED;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Terms.VIRTUAL;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/** The page that a guest driver and the mediator share. Accesses of any width and alignment. */
final class ParavirtualRegisters {

    private ParavirtualRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("PVINFO")
            //        name                        offset    width access     writable     reset                   policy       state    behaviour
            .register("PVINFO_MAGIC",             0x7_8000, W64, READ_ONLY,  0,           0x4776_5447_7654_4776L, VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_VERSION_MAJOR",     0x7_8008, W16, READ_ONLY,  0,           0x0001,                 VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_VERSION_MINOR",     0x7_800a, W16, READ_ONLY,  0,           0x0000,                 VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_VGT_ID",            0x7_800c, W32, READ_ONLY,  0,           0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_VGT_CAPS",          0x7_8010, W32, READ_ONLY,  0,           0x0000_0004,            VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .range(   "PVINFO_RESERVED_LOW",      0x7_8014, 4, 11,  W32, READ_ONLY,  0,           0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_MAPPABLE_BASE",     0x7_8040, W32, READ_ONLY,  0,           0,                      PARTITIONED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_MAPPABLE_SIZE",     0x7_8044, W32, READ_ONLY,  0,           0,                      PARTITIONED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_UNMAPPABLE_BASE",   0x7_8048, W32, READ_ONLY,  0,           0,                      PARTITIONED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_UNMAPPABLE_SIZE",   0x7_804c, W32, READ_ONLY,  0,           0,                      PARTITIONED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_FENCE_NUM",         0x7_8050, W32, READ_ONLY,  0,           0,                      PARTITIONED, VIRTUAL, sticky(), unaligned())
            .range(   "PVINFO_RESERVED_MIDDLE",   0x7_8054, 4, 491, W32, READ_ONLY,  0,           0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_DRV_VERSION_MAJOR", 0x7_8800, W16, READ_WRITE, 0xffff,      0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_DRV_VERSION_MINOR", 0x7_8802, W16, READ_WRITE, 0xffff,      0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_DISPLAY_READY",     0x7_8804, W32, READ_WRITE, 0xffff_ffff, 0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned(), onWrite(ParavirtualBehaviour::displayReadyWritten))
            .register("PVINFO_RS_INSUFFICIENT",   0x7_8808, W32, READ_WRITE, 0xffff_ffff, 0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned(), onWrite(ParavirtualBehaviour::insufficientWritten))
            .register("PVINFO_MIN_LOW_GMADR",     0x7_880c, W32, READ_WRITE, 0xffff_ffff, 0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned(), onWrite(ParavirtualBehaviour::minimumWritten))
            .register("PVINFO_MIN_HIGH_GMADR",    0x7_8810, W32, READ_WRITE, 0xffff_ffff, 0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned(), onWrite(ParavirtualBehaviour::minimumWritten))
            .register("PVINFO_MIN_FENCE_NUM",     0x7_8814, W32, READ_WRITE, 0xffff_ffff, 0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned(), onWrite(ParavirtualBehaviour::minimumWritten))
            .register("PVINFO_G2V_NOTIFY",        0x7_8818, W32, READ_WRITE, 0xffff_ffff, 0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned(), onWrite(ParavirtualBehaviour::notified))
            .register("PVINFO_V2G_NOTIFY",        0x7_881c, W32, READ_ONLY,  0,           0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_GTT_SEG_BASE",      0x7_8820, W64, READ_WRITE, -1,          0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_GTT_SEG_SIZE",      0x7_8828, W64, READ_WRITE, -1,          0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_CURSOR_X_HOT",      0x7_8830, W32, READ_WRITE, 0xffff_ffff, 0xffff_ffff,            VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_CURSOR_Y_HOT",      0x7_8834, W32, READ_WRITE, 0xffff_ffff, 0xffff_ffff,            VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .range(   "PVINFO_PDP",               0x7_8838, 8, 4,   W64, READ_WRITE, -1,          0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_EXECLIST_LOW",      0x7_8858, W32, READ_WRITE, 0xffff_ffff, 0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .register("PVINFO_EXECLIST_HIGH",     0x7_885c, W32, READ_WRITE, 0xffff_ffff, 0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .range(   "PVINFO_RESERVED_HIGH",     0x7_8860, 4, 488, W32, READ_ONLY,  0,           0,                      VIRTUALISED, VIRTUAL, sticky(), unaligned())
            .source("Linux i915 and GVT-g, the paravirtual page version 1.0; capability bit 2 is the per-process table");
    }
    // spotless:on
}
