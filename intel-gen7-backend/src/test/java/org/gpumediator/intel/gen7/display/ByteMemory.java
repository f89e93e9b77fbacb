package org.gpumediator.intel.gen7.display;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Graphics memory of one run of bytes, read byte by byte; strict about what it is asked.
 *
 * @param base graphics address of the first byte, a multiple of 4 KiB
 */
record ByteMemory(int base, byte[] bytes) implements GraphicsMemory {

    @Override
    public boolean readRow(long address, int dwords, int[] target, int at) {
        assertThat(address % 4).isZero();
        assertThat(dwords).isBetween(1, MAX_DWORDS);
        boolean own = true;
        for (int i = 0; i < dwords; i++) {
            own &= put(address + 4 * i, target, at + i);
        }
        return own;
    }

    @Override
    public boolean readTiles(long address, int rows, int dwords, int[] target, int at, int pitch) {
        assertThat(address % 4).isZero();
        assertThat(dwords).isBetween(1, MAX_DWORDS);
        assertThat(address % 4096 / 512 + rows).isLessThanOrEqualTo(8);
        boolean own = true;
        long tile = address & ~511L;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < dwords; i++) {
                long x = address % 512 + 4 * i;
                long from = tile + row * 512 + x / 512 * 4096 + x % 512;
                own &= put(from, target, at + row * pitch + i);
            }
        }
        return own;
    }

    private boolean put(long address, int[] target, int at) {
        long place = address - base;
        boolean own = place >= 0 && place < bytes.length;
        target[at] = own ? word((int) place) : 0;
        return own;
    }

    private int word(int at) {
        return bytes[at] & 0xff
                | (bytes[at + 1] & 0xff) << 8
                | (bytes[at + 2] & 0xff) << 16
                | bytes[at + 3] << 24;
    }
}
