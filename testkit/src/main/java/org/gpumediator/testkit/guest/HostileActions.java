package org.gpumediator.testkit.guest;

import org.gpumediator.testkit.GuestMachine;
import org.gpumediator.testkit.haswell.HaswellEngine;

/**
 * What a guest can do that no driver would: any register, any table entry, any fence, any command,
 * any batch, with any value. Got from {@link ScriptedHaswellGuest#hostile}.
 */
public final class HostileActions {

    private final ScriptedHaswellGuest guest;
    private final GuestMachine machine;
    private final GuestBus bus;

    HostileActions(ScriptedHaswellGuest guest, GuestMachine machine, GuestBus bus) {
        this.guest = guest;
        this.machine = machine;
        this.bus = bus;
    }

    /**
     * Writes 32 bits at an offset of BAR 0.
     *
     * @return what the offset reads afterwards
     */
    public int pokeRegister(long offset, int value) {
        bus.poke(offset, value);
        return bus.peek(offset);
    }

    /** Reads 32 bits at an offset of BAR 0. */
    public int peekRegister(long offset) {
        return bus.peek(offset);
    }

    /** Writes 32 bits at an offset of an engine's register block. */
    public int pokeRing(HaswellEngine engine, int offset, int value) {
        return pokeRegister(DriverEngine.of(engine).register(offset), value);
    }

    /**
     * Writes an entry of the global table as it is.
     *
     * @param index {@code 0} to {@code 524287}
     * @return what the entry reads afterwards
     */
    public int pokeTable(int index, int entry) {
        return pokeRegister(Mmio.GTT + 4L * index, entry);
    }

    /** Points an entry of the global table at a guest-physical page, whatever is there. */
    public int mapPage(long graphicsAddress, long guestPhysicalPage) {
        return pokeTable(
                (int) (graphicsAddress / GraphicsSpace.PAGE),
                GraphicsSpace.entryFor(guestPhysicalPage));
    }

    /**
     * Writes a fence in the order drivers use: invalid, high half, low half.
     *
     * @param index {@code 0} to {@code 31}
     * @return what the fence reads afterwards
     */
    public long pokeFence(int index, long value) {
        long offset = Mmio.FENCE + 8L * index;
        bus.poke(offset, 0);
        bus.poke(offset + 4, (int) (value >>> 32));
        bus.poke(offset, (int) value);
        return bus.peek64(offset);
    }

    /** Reads 32 bits of graphics memory through BAR 2. */
    public int peekAperture(long graphicsAddress) {
        return (int) machine.readBar(2, graphicsAddress, 4);
    }

    /** Writes 32 bits of graphics memory through BAR 2. */
    public void pokeAperture(long graphicsAddress, int value) {
        machine.writeBar(2, graphicsAddress, 4, Integer.toUnsignedLong(value));
    }

    /** Points an entry of the driver's own page directory at a guest-physical page. */
    public void pokeDirectory(int index, int entry) {
        pokeTable(guest.space().directoryIndex() + index, entry);
    }

    /** Writes an entry of the page table behind a directory entry, in guest memory. */
    public void pokePageTable(int directoryEntry, int index, int entry) {
        machine.write32(guest.space().table(directoryEntry) + 4L * index, entry);
    }

    /** Puts commands into the ring inside an otherwise correct request, and tells the tail. */
    public Request ringCommands(HaswellEngine engine, int... commands) {
        return guest.submitCommands(engine, commands);
    }

    /**
     * Puts dwords into the ring with nothing around them, and tells the tail.
     *
     * @param dwords an even number of them
     */
    public void bareRing(HaswellEngine engine, int... dwords) {
        GuestRing ring = guest.ring(DriverEngine.of(engine));
        ring.putBare(dwords);
        bus.write(DriverEngine.of(engine).register(Mmio.RING_TAIL), ring.tail());
    }

    /** Starts a batch at any graphics address, with any first dword. */
    public Request startBatchAt(HaswellEngine engine, int startCommand, long graphicsAddress) {
        return guest.submitCommands(engine, startCommand, (int) graphicsAddress);
    }
}
