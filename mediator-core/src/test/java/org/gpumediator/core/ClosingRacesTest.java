package org.gpumediator.core;

import java.util.concurrent.atomic.AtomicLong;
import org.gpumediator.api.vmm.TrapHandler;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Traps and calls that overlap the end of a virtual GPU, in every order that a model checker finds:
 * each outcome is one that some order of whole calls has.
 */
class ClosingRacesTest {

    private static final int SCENARIOS = 20;
    private static final int ORDERS = 500;

    private static ModelCheckingOptions options(int threads) {
        return new ModelCheckingOptions()
                .threads(threads)
                .actorsPerThread(3)
                .iterations(SCENARIOS)
                .invocationsPerIteration(ORDERS);
    }

    @Test
    void trapsOfOneRegion_whileItIsShut_areBeforeOrAfter() {
        options(3).check(Gate.class);
    }

    @Test
    void calls_whileTheTurnstileIsShut_areInsideBeforeOrNotAtAll() {
        options(2).check(Stile.class);
    }

    /** A trapped region with one register. */
    @Param(name = "value", gen = IntGen.class, conf = "1:3")
    public static class Gate {

        private final AtomicLong register = new AtomicLong();
        private final TrapGate gate =
                new TrapGate(
                        "register",
                        new TrapHandler() {
                            @Override
                            public long read(long offset, int width) {
                                return register.get();
                            }

                            @Override
                            public void write(long offset, int width, long value) {
                                register.set(value);
                            }
                        });

        @Operation
        public long read() {
            return gate.read(0, 4);
        }

        @Operation
        public void write(@Param(name = "value") int value) {
            gate.write(0, 4, value);
        }

        @Operation
        public void shut() {
            gate.shut();
        }
    }

    /** Who is inside when one shuts. */
    public static class Stile {

        private final Turnstile turnstile = new Turnstile();

        @Operation
        public boolean pass() {
            boolean inside = turnstile.enter();
            if (inside) {
                turnstile.leave();
            }
            return inside;
        }

        @Operation
        public boolean shut() {
            return turnstile.shut();
        }

        @Operation
        public boolean isShut() {
            return turnstile.isShut();
        }
    }
}
