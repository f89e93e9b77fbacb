package org.gpumediator.intel.gen7.hardware;

/**
 * The stored values of one virtual GPU's registers, without the side effects of a guest's access.
 */
public interface ShadowRegisters {

    /** Returns the stored value of the dword at a BAR0 offset. */
    int get(int offset);

    /** Stores a value at a BAR0 offset. */
    void set(int offset, int value);

    /** Sets bits of the dword at a BAR0 offset in one atomic step. */
    void setBits(int offset, int bits);

    /** Clears bits of the dword at a BAR0 offset in one atomic step. */
    void clearBits(int offset, int bits);
}
