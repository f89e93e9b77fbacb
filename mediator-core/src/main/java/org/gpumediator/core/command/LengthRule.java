package org.gpumediator.core.command;

/**
 * How long a command is, in dwords: the low bits of its first dword that hold the length, plus a
 * bias.
 *
 * @param mask the bits of the length field, from bit 0; {@code 0} for a fixed length
 * @param bias what to add, {@code 1} to {@code 3}; the length itself if that is fixed
 */
public record LengthRule(int mask, int bias) {

    /** Checks the ranges. */
    public LengthRule {
        if ((mask & mask + 1) != 0 || mask < 0 || mask > 0xffff) {
            throw new IllegalArgumentException(
                    "length mask 0x%x: expected bits n:0, n below 16".formatted(mask));
        }
        if (bias < 1 || bias > 3) {
            throw new IllegalArgumentException("length bias " + bias + ": expected 1 to 3");
        }
    }

    /** Returns the rule of a command that always has the same length, {@code 1} to {@code 3}. */
    public static LengthRule fixed(int dwords) {
        return new LengthRule(0, dwords);
    }

    /**
     * Returns the rule of a command whose length field is {@code highestBit:0} and counts from
     * {@code bias}.
     */
    public static LengthRule field(int highestBit, int bias) {
        return new LengthRule((1 << highestBit + 1) - 1, bias);
    }

    /** Returns the length of a command, {@code 1} to {@code 65_538} dwords. */
    public int lengthOf(int firstDword) {
        return (firstDword & mask) + bias;
    }

    /** Returns the longest length a command can state. */
    public int longest() {
        return mask + bias;
    }

    /** Returns {@code fixed:N} or {@code field:hi:lo:bias}. */
    @Override
    public String toString() {
        return mask == 0
                ? "fixed:" + bias
                : "field:" + (31 - Integer.numberOfLeadingZeros(mask)) + ":0:" + bias;
    }
}
