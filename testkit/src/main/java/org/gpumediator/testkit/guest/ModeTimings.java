package org.gpumediator.testkit.guest;

/**
 * The timings of a mode, as the first detailed descriptor of an EDID has them.
 *
 * <p>Source: VESA E-EDID 1.4, section 3.10.2: 18 bytes from byte 54 on.
 *
 * @param clockKhz pixels in a millisecond
 */
record ModeTimings(
        int clockKhz,
        int width,
        int horizontalSyncStart,
        int horizontalSyncEnd,
        int horizontalTotal,
        int height,
        int verticalSyncStart,
        int verticalSyncEnd,
        int verticalTotal) {

    private static final int DESCRIPTOR = 54;

    static ModeTimings preferred(byte[] edid) {
        int[] d = new int[18];
        for (int i = 0; i < d.length; i++) {
            d[i] = edid[DESCRIPTOR + i] & 0xff;
        }
        int width = d[2] | (d[4] & 0xf0) << 4;
        int horizontalBlank = d[3] | (d[4] & 0xf) << 8;
        int height = d[5] | (d[7] & 0xf0) << 4;
        int verticalBlank = d[6] | (d[7] & 0xf) << 8;
        int front = d[8] | (d[11] & 0xc0) << 2;
        int sync = d[9] | (d[11] & 0x30) << 4;
        int verticalFront = d[10] >>> 4 | (d[11] & 0xc) << 2;
        int verticalSync = d[10] & 0xf | (d[11] & 0x3) << 4;
        return new ModeTimings(
                (d[0] | d[1] << 8) * 10,
                width,
                width + front,
                width + front + sync,
                width + horizontalBlank,
                height,
                height + verticalFront,
                height + verticalFront + verticalSync,
                height + verticalBlank);
    }

    long frameNanos() {
        return (long) horizontalTotal * verticalTotal * 1_000_000L / clockKhz;
    }
}
