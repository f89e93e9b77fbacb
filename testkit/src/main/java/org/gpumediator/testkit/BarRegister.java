package org.gpumediator.testkit;

/** A base address register as a driver reads it. Source: PCI Local Bus 3.0, section 6.2.5.1. */
record BarRegister(boolean port, long base) {

    private static final int FIRST = 0x10;

    static BarRegister of(GuestMachine machine, int index) {
        int low = machine.readConfig(FIRST + 4 * index, 4);
        if ((low & 1) != 0) {
            return new BarRegister(true, low & ~3 & 0xffff_ffffL);
        }
        long high = (low & 6) == 4 ? machine.readConfig(FIRST + 4 * index + 4, 4) : 0;
        return new BarRegister(false, high << 32 | low & ~0xf & 0xffff_ffffL);
    }
}
