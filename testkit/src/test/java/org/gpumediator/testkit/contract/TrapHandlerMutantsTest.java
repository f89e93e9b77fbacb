package org.gpumediator.testkit.contract;

import java.util.List;
import java.util.function.UnaryOperator;
import org.gpumediator.api.vmm.TrapHandler;

class TrapHandlerMutantsTest extends MutantsTest<TrapHandlerContract> {

    TrapHandlerMutantsTest() {
        super(TrapHandlerContract.class);
    }

    private static TrapHandlerContract contract(UnaryOperator<TrapHandler> altered) {
        return new TrapHandlerContract() {
            @Override
            protected TrapHandler handler() {
                return altered.apply(new Storage());
            }

            @Override
            protected long length() {
                return Storage.LENGTH;
            }
        };
    }

    @Override
    TrapHandlerContract sound() {
        return contract(UnaryOperator.identity());
    }

    @Override
    List<Mutant<TrapHandlerContract>> mutants() {
        return TrapMutation.ALL.stream()
                .map(
                        each ->
                                new Mutant<>(
                                        each.test(),
                                        each.promise(),
                                        () -> contract(each.altered())))
                .toList();
    }
}
