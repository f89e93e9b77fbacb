package org.gpumediator.intel.gen7.registers;

import java.util.List;
import org.gpumediator.core.catalogue.RegisterBase;

/**
 * Where the blocks of Haswell that appear several times are.
 *
 * <p>Source: Linux i915 register headers.
 */
final class Bases {

    /** Ring-buffer blocks. */
    static final List<RegisterBase> ENGINES =
            List.of(
                    new RegisterBase("RCS", 0x2000),
                    new RegisterBase("BCS", 0x2_2000),
                    new RegisterBase("VCS", 0x1_2000),
                    new RegisterBase("VECS", 0x1_a000));

    /** Status page registers of gen7, apart from the engines' blocks. */
    static final List<RegisterBase> STATUS_PAGES =
            List.of(
                    new RegisterBase("RCS", 0x4080),
                    new RegisterBase("BCS", 0x4280),
                    new RegisterBase("VCS", 0x4180),
                    new RegisterBase("VECS", 0x4380));

    /** Interrupt banks; the last is the platform hub's. */
    static final List<RegisterBase> INTERRUPT_BANKS =
            List.of(
                    new RegisterBase("DE", 0x4_4000),
                    new RegisterBase("GT", 0x4_4010),
                    new RegisterBase("PM", 0x4_4020),
                    new RegisterBase("SDE", 0xc_4000));

    static final List<RegisterBase> PIPES = threeAt(0x7_0000, 0x1000);
    static final List<RegisterBase> COLOUR_PIPES = threeAt(0x4_9000, 0x100);
    static final List<RegisterBase> PALETTES = threeAt(0x4_a000, 0x800);
    static final List<RegisterBase> PANEL_FITTERS = threeAt(0x6_8000, 0x800);
    static final List<RegisterBase> SOUTH_TRANSCODERS = threeAt(0xe_0000, 0x1000);
    static final List<RegisterBase> FDI_RECEIVERS = threeAt(0xf_0000, 0x1000);

    static final List<RegisterBase> TRANSCODERS =
            List.of(
                    new RegisterBase("A", 0x6_0000),
                    new RegisterBase("B", 0x6_1000),
                    new RegisterBase("C", 0x6_2000),
                    new RegisterBase("EDP", 0x6_f000));

    static final List<RegisterBase> PORTS =
            List.of(
                    new RegisterBase("A", 0x6_4000),
                    new RegisterBase("B", 0x6_4100),
                    new RegisterBase("C", 0x6_4200),
                    new RegisterBase("D", 0x6_4300),
                    new RegisterBase("E", 0x6_4400));

    static final List<RegisterBase> AUX_CHANNELS =
            List.of(
                    new RegisterBase("DPA", 0x6_4010),
                    new RegisterBase("PCH_DPB", 0xe_4110),
                    new RegisterBase("PCH_DPC", 0xe_4210),
                    new RegisterBase("PCH_DPD", 0xe_4310));

    private Bases() {}

    private static List<RegisterBase> threeAt(int first, int stride) {
        return List.of(
                new RegisterBase("A", first),
                new RegisterBase("B", first + stride),
                new RegisterBase("C", first + 2 * stride));
    }

    /** Returns which base is at an offset, by its place in the list. */
    static int indexOf(List<RegisterBase> bases, int offset) {
        for (int i = 0; i < bases.size(); i++) {
            if (bases.get(i).offset() == offset) {
                return i;
            }
        }
        throw new IllegalArgumentException("no base at 0x" + Integer.toHexString(offset));
    }
}
