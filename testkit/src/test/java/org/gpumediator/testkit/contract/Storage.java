package org.gpumediator.testkit.contract;

import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.vmm.TrapHandler;

/** 512 bytes that store what is written. */
class Storage implements TrapHandler {

    static final int LENGTH = 512;

    private final byte[] bytes = new byte[LENGTH];

    @Override
    public long read(long offset, int width) {
        if (width < 1 || width > 8 || Integer.bitCount(width) != 1) {
            return -1;
        }
        if (offset < 0 || offset > LENGTH - width) {
            return AccessWidth.ones(width);
        }
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (bytes[(int) offset + i] & 0xffL) << 8 * i;
        }
        return value;
    }

    @Override
    public void write(long offset, int width, long value) {
        if (width < 1 || width > 8 || Integer.bitCount(width) != 1) {
            return;
        }
        for (int i = 0; i < width && offset >= 0 && offset <= LENGTH - width; i++) {
            bytes[(int) offset + i] = (byte) (value >>> 8 * i);
        }
    }
}
