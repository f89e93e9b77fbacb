package org.gpumediator.intel.gen7;

import org.gpumediator.intel.gen7.gtt.Slice;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/**
 * The PVINFO page: how a guest's driver learns that it has a virtual GPU, and which slice is its
 * own.
 *
 * <p>Source: XenGT's and GVT-g's shared interface, version 1.0; capability bits of Linux 6.x.
 */
final class ParavirtualPage {

    static final int START = 0x7_8000;

    private static final long MAGIC = 0x4776_5447_7654_4776L;
    private static final int VERSION_MAJOR = 1;
    private static final int CAPS_FULL_PPGTT = 1 << 2;
    private static final int CURSOR_HOTSPOT_UNKNOWN = -1;

    private ParavirtualPage() {}

    /**
     * Fills the page in as its guest shall find it after reset.
     *
     * @param visibleAperture of how many bytes of its aperture the guest is told, at most
     */
    static void fill(
            ShadowRegisters registers, int id, Slice slice, long visibleAperture, int fences) {
        long aperture = slice.apertureEnd() - slice.apertureStart();
        registers.set(START, (int) MAGIC);
        registers.set(START + 0x004, (int) (MAGIC >>> 32));
        registers.set(START + 0x008, VERSION_MAJOR);
        registers.set(START + 0x00c, id);
        registers.set(START + 0x010, CAPS_FULL_PPGTT);
        registers.set(START + 0x040, (int) slice.apertureStart());
        registers.set(START + 0x044, (int) Math.min(aperture, visibleAperture));
        registers.set(START + 0x048, (int) slice.hiddenStart());
        registers.set(START + 0x04c, (int) (slice.hiddenEnd() - slice.hiddenStart()));
        registers.set(START + 0x050, fences);
        registers.set(START + 0x830, CURSOR_HOTSPOT_UNKNOWN);
        registers.set(START + 0x834, CURSOR_HOTSPOT_UNKNOWN);
    }
}
