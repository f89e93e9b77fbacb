package org.gpumediator.testkit.contract;

import org.gpumediator.testkit.FakeVmm;

/** The kit's VMM keeps what VMMs owe a virtual GPU. */
class FakeVmmContractTest extends VmmContract {

    @Override
    protected Machine powerOn(Card card) {
        return new FakeVmmMachine(card, FakeVmm.create());
    }
}
