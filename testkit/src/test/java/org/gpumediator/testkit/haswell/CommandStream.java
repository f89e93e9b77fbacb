package org.gpumediator.testkit.haswell;

import java.util.Arrays;

/** A small assembler of gen7 commands. */
final class CommandStream {

    static final int GGTT = 1 << 22;

    private int[] dwords = new int[64];
    private int count;

    CommandStream dw(int... values) {
        for (int value : values) {
            if (count == dwords.length) {
                dwords = Arrays.copyOf(dwords, 2 * count);
            }
            dwords[count++] = value;
        }
        return this;
    }

    CommandStream noop() {
        return dw(0);
    }

    CommandStream userInterrupt() {
        return dw(0x0100_0000);
    }

    CommandStream loadRegister(int register, int value) {
        return dw(0x1100_0001, register, value);
    }

    CommandStream storeRegister(int register, long address) {
        return dw(0x1200_0001 | GGTT, register, (int) address);
    }

    CommandStream store(long address, int value) {
        return dw(0x1000_0002 | GGTT, 0, (int) address, value);
    }

    /** A store to the address space of the context. */
    CommandStream storeProcess(long address, int value) {
        return dw(0x1000_0002, 0, (int) address, value);
    }

    CommandStream storeIndex(int offset, int value) {
        return dw(0x1080_0001, offset, value);
    }

    CommandStream batch(long address, int flags) {
        return dw(0x1880_0000 | flags, (int) address);
    }

    CommandStream end() {
        return dw(0x0500_0000);
    }

    CommandStream pad() {
        return count % 2 == 0 ? this : noop();
    }

    int bytes() {
        return 4 * count;
    }

    int[] toArray() {
        return Arrays.copyOf(dwords, count);
    }
}
