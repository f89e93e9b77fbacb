package org.gpumediator.nvidia.vf.sriov;

import org.gpumediator.api.pci.BarKind;

/**
 * A BAR that every virtual function has, as the physical function describes it.
 *
 * @param index slot, {@code 0} to {@code 5}
 * @param kind address space and width
 * @param apertureBytes bytes of one virtual function
 * @param base bus address of the first virtual function's window; {@code 0} if none is assigned
 */
public record VfBar(int index, BarKind kind, long apertureBytes, long base) {

    /** Returns the bus address of a virtual function's window, {@code vf} from 0. */
    public long windowBase(int vf) {
        return base + vf * apertureBytes;
    }

    /** Returns the bytes that so many virtual functions need, one behind the other. */
    public long windowBytes(int count) {
        return count * apertureBytes;
    }
}
