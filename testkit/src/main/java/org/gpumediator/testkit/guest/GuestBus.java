package org.gpumediator.testkit.guest;

import org.gpumediator.testkit.GuestBar;

/** BAR 0 as the driver accesses it, with counts of what crossed it. */
final class GuestBus {

    private final GuestBar bar;
    private long reads;
    private long writes;
    private long entries;

    GuestBus(GuestBar bar) {
        this.bar = bar;
    }

    int read(int register) {
        reads++;
        return bar.read32(register);
    }

    void write(int register, int value) {
        writes++;
        bar.write32(register, value);
    }

    void writeEntry(int index, int entry) {
        entries++;
        bar.write32(Mmio.GTT + 4L * index, entry);
    }

    int readEntry(int index) {
        return bar.read32(Mmio.GTT + 4L * index);
    }

    GuestBar bar() {
        return bar;
    }

    long reads() {
        return reads;
    }

    long writes() {
        return writes;
    }

    long entries() {
        return entries;
    }
}
