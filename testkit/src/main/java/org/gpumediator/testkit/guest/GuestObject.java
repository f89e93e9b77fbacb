package org.gpumediator.testkit.guest;

import org.gpumediator.testkit.FakeGuestMemory;

/**
 * A buffer object of the scripted driver: pages of guest memory, bound at one graphics address. The
 * address is the same in the global table and in the driver's per-process table.
 */
public final class GuestObject {

    private final FakeGuestMemory memory;
    private final long graphicsAddress;
    private final long[] pages;

    GuestObject(FakeGuestMemory memory, long graphicsAddress, long[] pages) {
        this.memory = memory;
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
        return memory.cpuRead32(guestPhysical(offset));
    }

    /** Writes 32 bits as a processor of the guest. */
    public void write32(long offset, int value) {
        memory.cpuWrite32(guestPhysical(offset), value);
    }

    /** Fills it with one 32-bit value. */
    public void fill(int value) {
        for (long at = 0; at < length(); at += 4) {
            write32(at, value);
        }
    }
}
