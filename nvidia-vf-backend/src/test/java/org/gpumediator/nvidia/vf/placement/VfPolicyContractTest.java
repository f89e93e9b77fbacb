package org.gpumediator.nvidia.vf.placement;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.testkit.contract.PartitionPolicyContract;
import org.junit.jupiter.api.Nested;

/**
 * Both policies of the board keep what every policy promises, with types whose amounts are fixed.
 */
class VfPolicyContractTest {

    @Nested
    class First extends OnAnL40 {

        @Override
        protected PartitionPolicy policy() {
            return VfPlacementPolicy.FIRST;
        }
    }

    @Nested
    class KeepMostCreatable extends OnAnL40 {

        @Override
        protected PartitionPolicy policy() {
            return VfPlacementPolicy.KEEP_MOST_CREATABLE;
        }
    }

    private abstract static class OnAnL40 extends PartitionPolicyContract {

        private static final GpuInventory EMPTY =
                VfInventory.empty(AdaBoard.L40, PlacementMode.HETEROGENEOUS);
        private static final List<VgpuType> TYPES = Boards.types(VfInventory.setup(EMPTY)).all();

        @Override
        protected GpuInventory inventory() {
            return EMPTY;
        }

        @Override
        protected PartitionRequest request(String owner, SplittableRandom random) {
            return PartitionRequest.of(owner, TYPES.get(random.nextInt(TYPES.size())));
        }

        @Override
        protected Optional<PartitionRequest> resized(
                PartitionRequest request, ResourceKind kind, long amount) {
            return Optional.empty();
        }
    }
}
