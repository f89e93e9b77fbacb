package org.gpumediator.core.catalogue;

/**
 * A run of bits in a 32-bit register.
 *
 * @param msb highest bit, {@code 0} to {@code 31}
 * @param lsb lowest bit, {@code 0} to {@code msb}
 */
public record BitField(int msb, int lsb) {

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if the bits are not inside a register, or not in order
     */
    public BitField {
        if (lsb < 0 || msb > 31 || lsb > msb) {
            throw new IllegalArgumentException(
                    "bits " + msb + ":" + lsb + ": expected 31 >= msb >= lsb >= 0");
        }
    }

    /**
     * Returns a field of one bit.
     *
     * @throws IllegalArgumentException if {@code bit} is not {@code 0} to {@code 31}
     */
    public static BitField bit(int bit) {
        return new BitField(bit, bit);
    }

    /**
     * Returns a field of several bits, highest first as manuals print it.
     *
     * @throws IllegalArgumentException if the bits are not inside a register, or not in order
     */
    public static BitField range(int msb, int lsb) {
        return new BitField(msb, lsb);
    }

    /** Returns the bits of this field in place. */
    public int mask() {
        return (-1 >>> (31 - (msb - lsb))) << lsb;
    }

    /** Returns the field's value, right-aligned. */
    public int get(int register) {
        return (register & mask()) >>> lsb;
    }

    /** Returns the register with the field replaced; bits of {@code value} beyond it are lost. */
    public int set(int register, int value) {
        return (register & ~mask()) | ((value << lsb) & mask());
    }

    /** Returns whether any bit of the field is set. */
    public boolean isSet(int register) {
        return (register & mask()) != 0;
    }

    /** Returns the register with all bits of the field set. */
    public int set(int register) {
        return register | mask();
    }

    /** Returns the register with all bits of the field clear. */
    public int clear(int register) {
        return register & ~mask();
    }

    /** Returns what to write to a masked register so that only this field takes a value. */
    public int masked(int value) {
        return (mask() << 16) | set(0, value);
    }
}
