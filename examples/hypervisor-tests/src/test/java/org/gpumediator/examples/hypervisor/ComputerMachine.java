package org.gpumediator.examples.hypervisor;

import java.util.List;
import org.gpumediator.testkit.contract.VmmContract;

/** The team's adapter: all that it takes to hold its own device layer to the kit's contract. */
final class ComputerMachine implements VmmContract.Machine {

    private final GuestComputer computer;

    ComputerMachine(GuestComputer computer) {
        this.computer = computer;
    }

    @Override
    public List<Ram> ram() {
        return computer.memory.regions().stream()
                .map(region -> new Ram(region.start(), region.length()))
                .toList();
    }

    @Override
    public long read(long address, int width) {
        return computer.bus.read(address, width);
    }

    @Override
    public void write(long address, int width, long value) {
        computer.bus.write(address, width, value);
    }

    @Override
    public long readPort(int port, int width) {
        return computer.bus.readPort(port, width);
    }

    @Override
    public void writePort(int port, int width, long value) {
        computer.bus.writePort(port, width, value);
    }

    @Override
    public int readConfig(int offset, int width) {
        return computer.slot.readConfig(offset, width);
    }

    @Override
    public void writeConfig(int offset, int width, int value) {
        computer.slot.writeConfig(offset, width, value);
    }

    /** The kit's guests give vector n the message 0x40 + n. */
    @Override
    public boolean takeMessage(int vector) {
        return computer.controller.take(0x40 + vector);
    }

    @Override
    public boolean lineActive() {
        return computer.controller.isPinActive();
    }

    @Override
    public void run(long nanos) {
        computer.run(nanos);
    }

    @Override
    public void reboot() {
        computer.reboot();
    }

    @Override
    public void removeRam(long start) {
        computer.removeRam(start);
    }

    @Override
    public void close() {
        computer.close();
    }
}
