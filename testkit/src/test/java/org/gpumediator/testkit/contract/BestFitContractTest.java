package org.gpumediator.testkit.contract;

import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.core.policy.BestFit;

class BestFitContractTest extends PartitionPolicyContract {

    @Override
    protected PartitionPolicy policy() {
        return new BestFit();
    }
}
