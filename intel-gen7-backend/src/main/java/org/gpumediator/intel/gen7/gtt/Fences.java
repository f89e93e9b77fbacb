package org.gpumediator.intel.gen7.gtt;

import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/**
 * One guest's share of the fences. The guest's fence 0 is the first of its share; a fence is put
 * into the hardware only while every page that an access through it can lead to is in the guest's
 * slice: the tiles of its last row may lie behind its last page.
 *
 * <p>Source: gen7 fence registers, 8 bytes each from 0x100000: low dword page of the start, bit 1
 * Y-tiled, bit 0 valid; high dword last page, bits 11:0 pitch in units of 128 bytes less one. An X
 * tile has 8 rows of 512 bytes, a Y tile 32 rows of 128 bytes.
 *
 * <p>Not thread safe: used under the lock of its virtual GPU.
 */
public final class Fences {

    private static final int FENCES = 0x10_0000;
    private static final BitField FENCE_VALID = BitField.bit(0);
    private static final int FENCE_PAGE = 0xffff_f000;
    private static final int TILED_Y = 1 << 1;
    private static final int PITCH_MASK = 0xfff;
    private static final int PITCH_UNIT = 128;

    private final Mmio mmio;
    private final Slice slice;
    private final ShadowRegisters registers;
    private final FaultBook faults;
    private final int first;
    private final int count;

    /** What the hardware has, low and high dword by turns. */
    private final int[] inHardware;

    private boolean released;

    public Fences(
            Mmio mmio,
            Slice slice,
            ShadowRegisters registers,
            FaultBook faults,
            int first,
            int count) {
        this.mmio = mmio;
        this.slice = slice;
        this.registers = registers;
        this.faults = faults;
        this.first = first;
        this.count = count;
        inHardware = new int[2 * count];
        clear();
    }

    public boolean owns(int fence) {
        if (fence < count) {
            return true;
        }
        faults.count(GuestFaultKind.OUT_OF_PARTITION, "FENCE", fence);
        return false;
    }

    public int count() {
        return count;
    }

    /** Takes over what the guest has written to one of its fences. */
    public void written(int fence) {
        if (fence >= count || released) {
            return;
        }
        int low = registers.get(FENCES + 8 * fence);
        int high = registers.get(FENCES + 8 * fence + 4);
        if (FENCE_VALID.get(low) == 0) {
            put(fence, 0, 0);
            return;
        }
        long start = Integer.toUnsignedLong(low & FENCE_PAGE);
        long last = Integer.toUnsignedLong(high & FENCE_PAGE);
        if (last < start || !slice.contains(start, reach(low, high, last - start + Pte.PAGE))) {
            faults.count(GuestFaultKind.OUT_OF_PARTITION, "FENCE", start);
            put(fence, 0, 0);
            return;
        }
        put(fence, low, high);
    }

    /**
     * Returns how many bytes behind its start the accesses of a fence lead to, whichever way the
     * hardware rounds a pitch that is no multiple of a tile's.
     */
    private static long reach(int low, int high, long length) {
        long tileWidth = (low & TILED_Y) != 0 ? 128 : 512;
        long tileRows = Pte.PAGE / tileWidth;
        long pitch = ((high & PITCH_MASK) + 1L) * PITCH_UNIT;
        long rows = Math.ceilDiv(length, pitch);
        long tiles = Math.ceilDiv(rows, tileRows) * Math.ceilDiv(pitch, tileWidth);
        return Math.max(length, tiles * Pte.PAGE);
    }

    private void put(int fence, int low, int high) {
        inHardware[2 * fence] = low;
        inHardware[2 * fence + 1] = high;
        int offset = FENCES + 8 * (first + fence);
        mmio.write(offset, 0);
        mmio.write(offset + 4, high);
        mmio.write(offset, low);
    }

    /** Puts the share back into hardware that has lost it by a reset of everything. */
    public void putBack() {
        for (int fence = 0; fence < count && !released; fence++) {
            put(fence, inHardware[2 * fence], inHardware[2 * fence + 1]);
        }
    }

    /** Gives the share back: what a guest still writes has no effect. */
    public void release() {
        clear();
        released = true;
    }

    /** Takes every fence of the share out of the hardware. */
    public void clear() {
        for (int fence = 0; fence < count; fence++) {
            put(fence, 0, 0);
        }
    }
}
