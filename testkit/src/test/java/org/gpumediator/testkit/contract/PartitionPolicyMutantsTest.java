package org.gpumediator.testkit.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.core.policy.FirstFit;

class PartitionPolicyMutantsTest extends MutantsTest<PartitionPolicyContract> {

    PartitionPolicyMutantsTest() {
        super(PartitionPolicyContract.class);
    }

    private static PartitionPolicyContract contract(PartitionPolicy policy) {
        return new PartitionPolicyContract() {
            @Override
            protected PartitionPolicy policy() {
                return policy;
            }
        };
    }

    private static Mutant<PartitionPolicyContract> mutant(
            String test, String promise, Supplier<PartitionPolicy> altered) {
        return new Mutant<>(test, promise, () -> contract(altered.get()));
    }

    @Override
    PartitionPolicyContract sound() {
        return contract(new FirstFit());
    }

    private static PartitionDecision none() {
        return new PartitionDecision.Placed(ResourcePartition.of(Map.of(), Map.of()));
    }

    @Override
    List<Mutant<PartitionPolicyContract>> mutants() {
        FirstFit firstFit = new FirstFit();
        return List.of(
                mutant(
                        "decide_twice_answersTheSame",
                        "remembers",
                        () -> {
                            List<String> asked = new ArrayList<>();
                            return (inventory, request) -> {
                                asked.add(request.owner());
                                return asked.size() % 2 == 0
                                        ? none()
                                        : firstFit.decide(inventory, request);
                            };
                        }),
                mutant(
                        "decide_comingAndGoing_neverOverlaps",
                        "forgets who is there",
                        () ->
                                (inventory, request) -> {
                                    var empty = inventory;
                                    for (var holding : inventory.holdings()) {
                                        empty = empty.without(holding.owner());
                                    }
                                    return firstFit.decide(empty, request);
                                }),
                mutant(
                        "decide_comingAndGoing_neverOverlaps",
                        "places nothing",
                        () -> (inventory, request) -> none()),
                mutant(
                        "decide_afterGivingBack_placesAgain",
                        "refuses everything",
                        () ->
                                (inventory, request) -> {
                                    var kind = inventory.resources().getFirst().kind();
                                    return new PartitionDecision.Refused(
                                            request.owner(), kind, 1, 0, 0, "mood");
                                }),
                mutant(
                        "decide_wishedPlace_isExact",
                        "ignores wishes",
                        () ->
                                (inventory, request) ->
                                        firstFit.decide(
                                                inventory,
                                                PartitionRequest.of(
                                                        request.owner(), request.type()))),
                mutant(
                        "decide_full_namesTheResource",
                        "is never full",
                        () -> (inventory, request) -> none()),
                mutant(
                        "decide_tooMuch_namesTheResource",
                        "gives what is not there",
                        () -> (inventory, request) -> none()),
                mutant(
                        "decide_illegalRequest_isRefused",
                        "takes anything",
                        () -> (inventory, request) -> none()));
    }
}
