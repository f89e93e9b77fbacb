package org.gpumediator.testkit.guest;

import org.gpumediator.testkit.GuestMachine;

/**
 * A buffer object of the scripted driver: pages of guest memory, bound at one graphics address. The
 * address is the same in the global table and in the driver's per-process table.
 */
public final class GuestObject {

    private final GuestMachine machine;
    private final long graphicsAddress;
    private final long[] pages;

    GuestObject(GuestMachine machine, long graphicsAddress, long[] pages) {
        this.machine = machine;
        this.graphicsAddress = graphicsAddress;
        this.pages = pages;
    }

    /** Returns the graphics address of its first byte. */
    public long graphicsAddress() {
        return graphicsAddress;
    }

    /** Returns its length in bytes. */
    public long length() {
        return (long) pages.length * GuestPages.PAGE;
    }

    /**
     * Returns the guest-physical address of one of its pages.
     *
     * @param index {@code 0} to {@code length() / 4096 - 1}
     */
    public long page(int index) {
        return pages[index];
    }

    /** Returns the guest-physical address of one of its bytes. */
    public long guestPhysical(long offset) {
        return pages[(int) (offset / GuestPages.PAGE)] + offset % GuestPages.PAGE;
    }

    /** Reads 32 bits as a processor of the guest. */
    public int read32(long offset) {
        return machine.read32(guestPhysical(offset));
    }

    /** Writes 32 bits as a processor of the guest. */
    public void write32(long offset, int value) {
        machine.write32(guestPhysical(offset), value);
    }

    /** Fills it with one 32-bit value. */
    public void fill(int value) {
        for (long at = 0; at < length(); at += 4) {
            write32(at, value);
        }
    }
}
