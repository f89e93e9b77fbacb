package org.gpumediator.testkit.haswell;

/** One row of each thing that a blit puts together, long enough for the widest blit so far. */
final class BlitRows {

    /** Room behind a row for whoever writes whole pixels. */
    private static final int SPARE = 8;

    byte[] pattern = new byte[1024];
    byte[] source = new byte[1024];
    byte[] result = new byte[1024];
    byte[] kept = new byte[1024];
    byte[] mask = new byte[1024];

    void ensure(int bytes) {
        if (result.length < bytes + SPARE) {
            int length = Integer.highestOneBit(bytes + SPARE) * 2;
            pattern = new byte[length];
            source = new byte[length];
            result = new byte[length];
            kept = new byte[length];
            mask = new byte[length];
        }
    }
}
