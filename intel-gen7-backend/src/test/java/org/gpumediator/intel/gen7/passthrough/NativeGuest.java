package org.gpumediator.intel.gen7.passthrough;

import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.GuestBar;
import org.gpumediator.testkit.haswell.HaswellEngine;

/**
 * A guest that drives the blitter of a Haswell as a native driver does: its own table, its own
 * ring, guest-physical addresses in every entry.
 */
final class NativeGuest {

    // spotless:off
    static final int TABLE             = 0x20_0000;
    private static final int FLUSH_TABLE       = 0x10_1008;
    private static final int GT_IMR            = 0x4_4014;
    private static final int GT_IIR            = 0x4_4018;
    private static final int GT_IER            = 0x4_401c;
    private static final int DE_IER            = 0x4_400c;
    private static final int DE_MASTER         = 1 << 31;
    private static final int RING_TAIL         = 0x30;
    private static final int RING_START        = 0x38;
    private static final int RING_CTL          = 0x3c;
    private static final int RING_IMR          = 0xa8;
    private static final int PVINFO            = 0x7_8000;
    private static final int PVINFO_MAGIC      = 0x7654_4776;
    private static final int PVINFO_BASE       = 0x7_8040;
    private static final int MSI               = 0x90;
    private static final int BATCH_START       = 0x1880_0000;
    private static final int STORE_DATA        = 0x1040_0002;
    private static final int USER_INTERRUPT    = 0x0100_0000;
    // spotless:on

    private static final int RING_PAGE = 0x10_0000;
    private static final int RING_BYTES = 4096;
    private static final int VALID = 1;

    final FakeVmm vmm;
    private final GuestBar registers;
    private int base;
    private int tail;

    NativeGuest(FakeVmm vmm) {
        this.vmm = vmm;
        registers = vmm.bar(0);
    }

    /** Finds the function, sets one page of ring up at graphics address 0, and interrupts. */
    NativeGuest boot(boolean messages) {
        vmm.enumerate();
        if (messages) {
            vmm.configWrite(MSI + 4, 4, 0xfee0_0000);
            vmm.configWrite(MSI + 8, 2, 0x41);
            vmm.configWrite(MSI + 2, 2, 1);
        }
        if (registers.read32(PVINFO) == PVINFO_MAGIC) {
            base = registers.read32(PVINFO_BASE);
        }
        map(0, RING_PAGE);
        int user = HaswellEngine.BCS.userInterrupt();
        registers.write32(GT_IMR, ~user);
        registers.write32(GT_IER, user);
        registers.write32(DE_IER, DE_MASTER);
        ring(RING_IMR, ~user);
        ring(RING_START, base);
        ring(RING_CTL, 1);
        return this;
    }

    private void ring(int register, int value) {
        registers.write32(HaswellEngine.BCS.mmioBase() + register, value);
    }

    /** Puts a guest-physical page behind a graphics page. */
    void map(int graphicsPage, long guestPhysical) {
        registers.write32(TABLE + 4L * (graphicsPage + (base >>> 12)), (int) guestPhysical | VALID);
        registers.write32(FLUSH_TABLE, 1);
    }

    /** Hands in: store a value at a graphics address, then interrupt. */
    void store(int graphicsAddress, int value) {
        put(STORE_DATA, 0, base + graphicsAddress, value, USER_INTERRUPT, 0);
        submit();
    }

    /** Hands in, with the next {@link #submit}: a batch, then a store, then an interrupt. */
    void batch(int batchAddress, int graphicsAddress, int value) {
        put(BATCH_START, base + batchAddress);
        put(STORE_DATA, 0, base + graphicsAddress, value, USER_INTERRUPT, 0);
    }

    private void put(int... dwords) {
        for (int dword : dwords) {
            vmm.memory().cpuWrite32(RING_PAGE + tail, dword);
            tail = (tail + 4) % RING_BYTES;
        }
    }

    void submit() {
        ring(RING_TAIL, tail);
    }

    /** Takes the interrupt at the device. */
    void acknowledge() {
        registers.write32(GT_IIR, -1);
    }

    GuestBar registers() {
        return registers;
    }
}
