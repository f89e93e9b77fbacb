package org.gpumediator.intel.gen7.display;

/** Reads what a guest has at its own graphics addresses. */
@FunctionalInterface
public interface GraphicsMemory {

    /**
     * Reads dwords that lie within one page. What is not the guest's reads 0.
     *
     * @param address graphics address, a multiple of 4
     * @param target where to put them, from {@code at} on
     * @return whether the page is the guest's
     */
    boolean read(long address, int[] target, int at, int dwords);
}
