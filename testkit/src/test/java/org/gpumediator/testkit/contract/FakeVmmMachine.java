package org.gpumediator.testkit.contract;

import java.util.List;
import org.gpumediator.api.ResetKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.GuestMachine;
import org.gpumediator.testkit.SteppedClock;

/** The kit's VMM as a machine that is switched on; a mutant overrides one method. */
class FakeVmmMachine implements VmmContract.Machine {

    final FakeVmm vmm;
    final VmmContract.Card card;
    final SteppedClock clock = new SteppedClock();
    long due;

    FakeVmmMachine(VmmContract.Card card, FakeVmm vmm) {
        this.card = card;
        this.vmm = vmm;
        vmm.plug(card.plug(vmm.port()));
    }

    @Override
    public List<GuestMachine.Ram> ram() {
        return vmm.ram();
    }

    @Override
    public long read(long address, int width) {
        return vmm.read(address, width);
    }

    @Override
    public void write(long address, int width, long value) {
        vmm.write(address, width, value);
    }

    @Override
    public long readPort(int port, int width) {
        return vmm.readPort(port, width);
    }

    @Override
    public void writePort(int port, int width, long value) {
        vmm.writePort(port, width, value);
    }

    @Override
    public int readConfig(int offset, int width) {
        return vmm.readConfig(offset, width);
    }

    @Override
    public void writeConfig(int offset, int width, int value) {
        vmm.writeConfig(offset, width, value);
    }

    @Override
    public boolean takeMessage(int vector) {
        return vmm.takeMessage(vector);
    }

    @Override
    public boolean lineActive() {
        return vmm.lineActive();
    }

    @Override
    public void run(long nanos) {
        long end = clock.nanoTime() + nanos;
        while (due <= end) {
            due = card.step(clock.advanceTo(due));
        }
        clock.advanceTo(end);
    }

    @Override
    public void reboot() {
        vmm.reset(ResetKind.BUS);
    }

    @Override
    public void removeRam(long start) {
        vmm.memory().remove(start);
    }

    @Override
    public void close() {
        vmm.close();
    }
}
