package org.gpumediator.testkit.contract;

import org.gpumediator.api.vmm.TrapHandler;

class StorageContractTest extends TrapHandlerContract {

    @Override
    protected TrapHandler handler() {
        return new Storage();
    }

    @Override
    protected long length() {
        return Storage.LENGTH;
    }
}
