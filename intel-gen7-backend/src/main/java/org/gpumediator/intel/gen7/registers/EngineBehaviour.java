package org.gpumediator.intel.gen7.registers;

import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.intel.gen7.hardware.RingRegisters;

/**
 * Behaviours of the engine registers.
 *
 * <p>Source: Linux i915 engine registers; ring semantics of gen7.
 */
final class EngineBehaviour {

    static final BitField MI_MODE_IDLE = BitField.bit(9);
    static final BitField INSTPM_SYNC_FLUSH = BitField.bit(5);
    static final BitField INSTPM_TLB_INVALIDATE = BitField.bit(9);

    /** Engine by 4 KiB page of BAR0: RCS 0x2000, VCS 0x12000, VECS 0x1a000, BCS 0x22000. */
    private static final byte[] ENGINE_OF_PAGE = new byte[0x23];

    static {
        for (int i = 0; i < Bases.ENGINES.size(); i++) {
            ENGINE_OF_PAGE[Bases.ENGINES.get(i).offset() >>> 12] = (byte) i;
        }
    }

    private EngineBehaviour() {}

    private static int engine(int offset) {
        return ENGINE_OF_PAGE[offset >>> 12];
    }

    static void tailWritten(Gen7Hooks device, int offset, int value, int old) {
        device.ringTailWritten(engine(offset), value);
    }

    static void headWritten(Gen7Hooks device, int offset, int value, int old) {
        device.ringHeadWritten(engine(offset), value);
    }

    static int head(Gen7Hooks device, int offset, int stored) {
        return device.ringHead(engine(offset), stored);
    }

    static void startWritten(Gen7Hooks device, int offset, int value, int old) {
        device.ringStartWritten(engine(offset), value);
    }

    static void controlWritten(Gen7Hooks device, int offset, int value, int old) {
        device.ringControlWritten(engine(offset), value, old);
    }

    static int activeHead(Gen7Hooks device, int offset, int stored) {
        return device.activeHead(engine(offset), stored);
    }

    static void modeWritten(Gen7Hooks device, int offset, int value, int old) {
        device.engineModeWritten(engine(offset), value, old);
    }

    static int mode(Gen7Hooks device, int offset, int stored) {
        int moved = RingRegisters.MI_MODE_MOVED;
        int mode = stored & ~moved | device.renderState(offset, stored) & moved;
        return MI_MODE_IDLE.set(mode, device.engineIdle(engine(offset)) ? 1 : 0);
    }

    static void interruptMaskWritten(Gen7Hooks device, int offset, int value, int old) {
        device.engineInterruptMaskWritten(engine(offset), value);
    }

    /** A flush request is carried out at once and never stored. */
    static int instructionMode(Gen7Hooks device, int offset, int written, int stored) {
        if (INSTPM_SYNC_FLUSH.isSet(written)) {
            device.translationFlushRequested(engine(offset));
            return INSTPM_TLB_INVALIDATE.clear(INSTPM_SYNC_FLUSH.clear(written));
        }
        return written;
    }

    static void pendingHeadWritten(Gen7Hooks device, int offset, int value, int old) {
        device.pendingHeadWritten(engine(offset), value);
    }

    static void directoryValidWritten(Gen7Hooks device, int offset, int value, int old) {
        device.pageDirectoryValidWritten(engine(offset), value);
    }

    static void directoryWritten(Gen7Hooks device, int offset, int value, int old) {
        device.pageDirectoryWritten(engine(offset), value);
    }

    static int directory(Gen7Hooks device, int offset, int stored) {
        return device.pageDirectory(engine(offset));
    }

    static void graphicsModeWritten(Gen7Hooks device, int offset, int value, int old) {
        device.graphicsModeWritten(engine(offset), value, old);
    }

    static void statusPageWritten(Gen7Hooks device, int offset, int value, int old) {
        device.statusPageWritten(Bases.indexOf(Bases.STATUS_PAGES, offset), value);
    }

    static void contextWritten(Gen7Hooks device, int offset, int value, int old) {
        device.contextIdentityWritten(value);
    }

    static void liveWritten(Gen7Hooks device, int offset, int value, int old) {
        device.renderStateWritten(offset, value, old);
    }

    static int live(Gen7Hooks device, int offset, int stored) {
        return device.renderState(offset, stored);
    }
}
