package org.gpumediator.testkit;

import java.util.List;
import org.gpumediator.api.vmm.TrapRegion;

/**
 * The machine that a guest runs on, as its processors see it: one PCI function, memory, ports and
 * interrupts. {@link FakeVmm} is one; an adapter of a few lines makes one of your VMM, and then the
 * kit's guests run on it and {@link org.gpumediator.testkit.contract.VmmContract} tests it.
 *
 * <p>Every access goes the way the guest's would: through your bus, your PCI host bridge and your
 * interrupt controller. All calls come from the test's thread.
 */
public interface GuestMachine {

    /**
     * A run of memory that the guest may use as it likes.
     *
     * @param start guest-physical address, a multiple of 4 KiB
     * @param length bytes, a positive multiple of 4 KiB
     */
    record Ram(long start, long length) {}

    /** Returns the guest's memory, by rising address. */
    List<Ram> ram();

    /**
     * Reads by guest-physical address.
     *
     * @param address any value
     * @param width 1, 2, 4 or 8 bytes
     * @return the value, zero-extended; all ones where nothing answers
     */
    long read(long address, int width);

    /**
     * Writes by guest-physical address; dropped where nothing answers.
     *
     * @param address any value
     * @param width 1, 2, 4 or 8 bytes
     * @param value the value; bits above {@code width} bytes are ignored
     */
    void write(long address, int width, long value);

    /**
     * Reads an I/O port.
     *
     * @param port 16 bits
     * @param width 1, 2 or 4 bytes
     * @return the value, zero-extended; all ones where nothing answers
     */
    long readPort(int port, int width);

    /**
     * Writes an I/O port; dropped where nothing answers.
     *
     * @param port 16 bits
     * @param width 1, 2 or 4 bytes
     * @param value the value; bits above {@code width} bytes are ignored
     */
    void writePort(int port, int width, long value);

    /**
     * Reads the function's configuration space.
     *
     * @param offset {@code 0} and up
     * @param width 1, 2 or 4 bytes
     * @return the value, zero-extended
     */
    int readConfig(int offset, int width);

    /**
     * Writes the function's configuration space; what that brings about has happened when the
     * method returns.
     *
     * @param offset {@code 0} and up
     * @param width 1, 2 or 4 bytes
     * @param value the value; bits above {@code width} bytes are ignored
     */
    void writeConfig(int offset, int width, int value);

    /**
     * Takes a message interrupt that has come and that nobody has taken yet. The kit's guests and
     * contracts give vector {@code n} the data {@code 0x4040 + n}, for a VMM that delivers messages
     * by their data.
     *
     * @param vector message number, {@code 0} and up
     * @return whether there was one
     */
    boolean takeMessage(int vector);

    /** Returns whether the function's INTx pin is active at the guest's interrupt controller. */
    boolean lineActive();

    // ---- what follows from these ---------------------------------------------------------------

    /** Reads 32 bits by guest-physical address. */
    default int read32(long address) {
        return (int) read(address, 4);
    }

    /** Writes 32 bits by guest-physical address. */
    default void write32(long address, int value) {
        write(address, 4, Integer.toUnsignedLong(value));
    }

    /**
     * Reads from a BAR, wherever the guest has put it.
     *
     * @param index BAR number, {@code 0} to {@code 5}
     * @param offset byte offset from its start
     * @param width 1, 2, 4 or 8 bytes
     * @return the value, zero-extended; all ones while the BAR is not decoded
     */
    default long readBar(int index, long offset, int width) {
        BarRegister bar = BarRegister.of(this, index);
        return bar.port()
                ? readPort((int) (bar.base() + offset), width)
                : read(bar.base() + offset, width);
    }

    /**
     * Writes to a BAR, wherever the guest has put it; dropped while it is not decoded.
     *
     * @param index BAR number, {@code 0} to {@code 5}
     * @param offset byte offset from its start
     * @param width 1, 2, 4 or 8 bytes
     * @param value the value; bits above {@code width} bytes are ignored
     */
    default void writeBar(int index, long offset, int width, long value) {
        BarRegister bar = BarRegister.of(this, index);
        if (bar.port()) {
            writePort((int) (bar.base() + offset), width, value);
        } else {
            write(bar.base() + offset, width, value);
        }
    }

    /**
     * Returns how long a BAR is, by sizing it as firmware does.
     *
     * @param index BAR number, {@code 0} to {@code 5}, or {@link TrapRegion#EXPANSION_ROM}
     * @return bytes; {@code 0} if the function has no such BAR
     */
    default long barLength(int index) {
        return new PciFirmware(this).sizeOf(index);
    }

    /**
     * Does what a PC's firmware does with a new function: sizes its BARs, places them, switches
     * decoding and bus mastering on.
     *
     * @throws AssertionError if the function does not behave as PCI says
     */
    default PciFirmware.Function enumerate() {
        return new PciFirmware(this).enumerate();
    }
}
