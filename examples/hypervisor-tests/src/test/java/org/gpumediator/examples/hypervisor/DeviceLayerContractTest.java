package org.gpumediator.examples.hypervisor;

import org.gpumediator.testkit.contract.VmmContract;

/** The device layer keeps what a VMM owes a virtual GPU. */
class DeviceLayerContractTest extends VmmContract {

    @Override
    protected Machine powerOn(Card card) {
        return poweredOn(new GuestComputer(), card);
    }

    static Machine poweredOn(GuestComputer computer, Card card) {
        computer.powerOn(16 << 20, card::plug, card::step);
        return new ComputerMachine(computer);
    }
}
