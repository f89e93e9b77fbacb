package org.gpumediator.intel.gen7.registers;

/**
 * Behaviours of fences and of the translation table's registers.
 *
 * <p>Source: Linux i915, fences of gen7 and GFX_FLSH_CNTL.
 */
final class MemoryBehaviour {

    private static final int FENCES = 0x10_0000;

    private MemoryBehaviour() {}

    private static int fence(int offset) {
        return (offset - FENCES) >>> 3;
    }

    /** A write to a fence of somebody else is dropped. */
    static int fence(Gen7Hooks device, int offset, int written, int stored) {
        return device.ownsFence(fence(offset)) ? written : stored;
    }

    static void fenceWritten(Gen7Hooks device, int offset, int value, int old) {
        if (device.ownsFence(fence(offset))) {
            device.fenceWritten(fence(offset));
        }
    }

    static void tableFlushed(Gen7Hooks device, int offset, int value, int old) {
        device.graphicsTableFlushed();
    }
}
