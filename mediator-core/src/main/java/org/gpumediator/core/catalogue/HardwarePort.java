package org.gpumediator.core.catalogue;

/** Where the rows go whose policy passes accesses through to hardware. */
public interface HardwarePort {

    /**
     * Reads a register.
     *
     * @param offset byte offset, a multiple of {@code width}
     * @param width 4 or 8 bytes
     * @return the value, zero-extended
     */
    long read(int offset, int width);

    /**
     * Writes a register.
     *
     * @param offset byte offset, a multiple of {@code width}
     * @param width 4 or 8 bytes
     */
    void write(int offset, int width, long value);

    /** Returns a port without hardware behind it: reads answer ones, writes are lost. */
    static HardwarePort absent() {
        return new HardwarePort() {
            @Override
            public long read(int offset, int width) {
                return width == 8 ? -1L : 0xffff_ffffL;
            }

            @Override
            public void write(int offset, int width, long value) {}
        };
    }
}
