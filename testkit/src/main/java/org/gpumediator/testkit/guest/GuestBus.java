package org.gpumediator.testkit.guest;

import org.gpumediator.testkit.GuestMachine;

/** BAR 0 as the driver accesses it, with counts of what crossed it. */
final class GuestBus {

    private final GuestMachine machine;
    private long reads;
    private long writes;
    private long entries;

    GuestBus(GuestMachine machine) {
        this.machine = machine;
    }

    int read(int register) {
        reads++;
        return peek(register);
    }

    int read16(int register) {
        reads++;
        return (int) machine.readBar(0, register, 2);
    }

    void write(int register, int value) {
        writes++;
        poke(register, value);
    }

    void writeEntry(int index, int entry) {
        entries++;
        poke(Mmio.GTT + 4L * index, entry);
    }

    int readEntry(int index) {
        return peek(Mmio.GTT + 4L * index);
    }

    /** Reads any dword; not counted. */
    int peek(long offset) {
        return (int) machine.readBar(0, offset, 4);
    }

    /** Reads any eight bytes; not counted. */
    long peek64(long offset) {
        return machine.readBar(0, offset, 8);
    }

    /** Writes any dword; not counted. */
    void poke(long offset, int value) {
        machine.writeBar(0, offset, 4, Integer.toUnsignedLong(value));
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
