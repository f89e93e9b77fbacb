package org.gpumediator.examples.kvmvmm.machine;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.vmm.TrapHandler;

/**
 * The root bus, found by the guest through ports CF8 and CFC or in memory (ECAM). Source: PCI Local
 * Bus Specification 3.0, section 3.2.2.3.2; PCI Firmware Specification 3.0, section 4.1.
 */
final class PciRoot {

    /** Where the ports are, and how many: two of 32 bits. */
    static final int PORTS = 0xcf8;

    static final int PORTS_LENGTH = 8;

    /** Where configuration space is in memory, and how much: one bus of 256 functions of 4 KiB. */
    static final long ECAM = 0xb000_0000L;

    static final long ECAM_LENGTH = 1 << 20;

    private static final int FUNCTIONS = 256;
    private static final int FUNCTIONS_PER_DEVICE = 8;
    private static final int ENABLE = 1 << 31;
    private static final int DATA = 4;
    private static final int RESET_CONTROL = 1;
    private static final int RESET_NOW = 4;

    private final AtomicReferenceArray<PciSlot> functions = new AtomicReferenceArray<>(FUNCTIONS);
    private final Runnable reset;
    private volatile int address;

    /**
     * Makes an empty bus.
     *
     * @param reset what the guest asks for by port CF9, which lies among those of the bus
     */
    PciRoot(Runnable reset) {
        this.reset = reset;
    }

    /** Puts a function into a device's place; its function number is 0. */
    void plug(int device, PciSlot slot) {
        functions.set(device * FUNCTIONS_PER_DEVICE, slot);
    }

    private int read(int function, int offset, int width) {
        PciSlot slot = functions.get(function);
        return slot == null ? -1 : slot.read(offset, width);
    }

    private void write(int function, int offset, int width, int value) {
        PciSlot slot = functions.get(function);
        if (slot != null) {
            slot.write(offset, width, value);
        }
    }

    /** Answers the ports. */
    TrapHandler ports() {
        return new TrapHandler() {

            @Override
            public long read(long offset, int width) {
                if (offset >= DATA && inside(offset, width)) {
                    return mine()
                            ? AccessWidth.lowBytes(width)
                                    & PciRoot.this.read(function(), register(offset), width)
                            : AccessWidth.ones(width);
                }
                return offset == 0 && width == 4
                        ? Integer.toUnsignedLong(address)
                        : AccessWidth.ones(width);
            }

            @Override
            public void write(long offset, int width, long value) {
                if (offset >= DATA && inside(offset, width)) {
                    if (mine()) {
                        PciRoot.this.write(function(), register(offset), width, (int) value);
                    }
                } else if (offset == 0 && width == 4) {
                    address = (int) value;
                } else if (offset == RESET_CONTROL && width == 1 && (value & RESET_NOW) != 0) {
                    reset.run();
                }
            }

            private boolean inside(long offset, int width) {
                return width <= 4 && offset + width <= PORTS_LENGTH;
            }

            // Enabled, and bus 0.
            private boolean mine() {
                return (address & ENABLE) != 0 && (address >>> 16 & 0xff) == 0;
            }

            private int function() {
                return address >>> 8 & 0xff;
            }

            private int register(long offset) {
                return (address & 0xfc) + (int) offset - DATA;
            }
        };
    }

    /** Answers configuration space in memory. */
    TrapHandler ecam() {
        return new TrapHandler() {

            @Override
            public long read(long offset, int width) {
                if (width == 8) {
                    return read(offset, 4) | read(offset + 4, 4) << 32;
                }
                return AccessWidth.lowBytes(width)
                        & PciRoot.this.read(
                                (int) (offset >>> 12) & 0xff, (int) offset & 0xfff, width);
            }

            @Override
            public void write(long offset, int width, long value) {
                if (width == 8) {
                    write(offset, 4, value);
                    write(offset + 4, 4, value >>> 32);
                } else {
                    PciRoot.this.write(
                            (int) (offset >>> 12) & 0xff, (int) offset & 0xfff, width, (int) value);
                }
            }
        };
    }
}
