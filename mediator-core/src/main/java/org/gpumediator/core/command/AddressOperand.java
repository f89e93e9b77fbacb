package org.gpumediator.core.command;

import java.util.Objects;

/**
 * One dword of a command that holds an address, or a series of them.
 *
 * @param dword index of the dword, the first of the command being 0
 * @param step distance of the next dword of a series that goes on to the end of the command; {@code
 *     0} for a single one
 * @param space which address space the address belongs to
 * @param selectDword dword that holds the bit that chooses the space; {@code 0} where none does
 * @param selectBit that bit, {@code 0} to {@code 31}
 * @param base name of the base an offset is relative to; empty where there is none
 */
public record AddressOperand(
        int dword, int step, OperandSpace space, int selectDword, int selectBit, String base) {

    /** Checks the ranges. */
    public AddressOperand {
        if (dword < 1 || step < 0) {
            throw new IllegalArgumentException("address dword " + step + "k+" + dword);
        }
        if (selectDword < 0 || selectBit < 0 || selectBit > 31) {
            throw new IllegalArgumentException("select bit " + selectDword + "." + selectBit);
        }
        Objects.requireNonNull(space, "space");
        Objects.requireNonNull(base, "base");
    }

    /** Returns whether a dword of the command is this operand, or one of the series. */
    boolean holds(int index) {
        return index == dword || step != 0 && index > dword && (index - dword) % step == 0;
    }

    /** Returns whether a bit of the command chooses the space. */
    boolean choosesBy(int index, int bit) {
        boolean chosen =
                space == OperandSpace.GLOBAL_IF_SET || space == OperandSpace.GLOBAL_IF_CLEAR;
        return chosen && index == selectDword && bit == selectBit;
    }
}
