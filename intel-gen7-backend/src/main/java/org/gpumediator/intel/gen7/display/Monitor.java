package org.gpumediator.intel.gen7.display;

/** The bytes of a plugged-in monitor's EDID, as DDC reads them; beyond their end they read 0. */
record Monitor(byte[] edid) {

    private static final int SEGMENT = 256;

    /** Returns a byte of a segment of 256. */
    int byteAt(int segment, int offset) {
        int at = segment * SEGMENT + (offset & 0xff);
        return at < edid.length ? edid[at] & 0xff : 0;
    }
}
