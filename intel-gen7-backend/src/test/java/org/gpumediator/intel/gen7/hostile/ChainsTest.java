package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Batches that chain into themselves, into each other, and where no batch is. */
class ChainsTest extends Attack {

    /** Lets the chain run for a while, then has the guest recover and work as a driver does. */
    private void runAndRecover(HaswellEngine engine, int address) {
        hostile.bareRing(engine, KERNEL_BATCH, address);
        for (int i = 0; i < 50; i++) {
            world.step();
            assertNoStrayAddress(engine);
        }
        assertNeighbourUntouched();
        bad.resetEngine(engine);
        bad.await(bad.submit(engine));
    }

    /** The engine runs from the mediator's copies, or from nowhere. */
    private void assertNoStrayAddress(HaswellEngine engine) {
        if (world.gpu.status(engine).batchLevel() > 0) {
            assertThat(isReserved(world.gpu.status(engine).activeHead())).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void firstLevel_intoItself(HaswellEngine engine) {
        GuestObject batch = bad.allocate(4096);
        put(batch, 0, 0, USER_INTERRUPT, KERNEL_BATCH, address(batch));
        runAndRecover(engine, address(batch));
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void secondLevel_intoItself(HaswellEngine engine) {
        GuestObject batch = bad.allocate(4096);
        put(batch, 0, 0, KERNEL_BATCH | SECOND_LEVEL, address(batch), BATCH_END);
        runAndRecover(engine, address(batch));
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void twoBatches_intoEachOther(HaswellEngine engine) {
        GuestObject one = bad.allocate(4096);
        GuestObject two = bad.allocate(4096);
        put(one, 0, 0, KERNEL_BATCH, address(two));
        put(two, 0, 0, KERNEL_BATCH | SECOND_LEVEL, address(one), KERNEL_BATCH, address(one));
        runAndRecover(engine, address(one));
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void middleOfACommand_holdsAStoreToTheNeighbour(HaswellEngine engine) {
        GuestObject batch = bad.allocate(4096);
        // the value of the first store is a store, whose operands are those of the chain behind it
        put(batch, 0, STORE_GLOBAL, 0, address(batch) + 2048, STORE_GLOBAL, 0, address(victim));
        put(batch, 24, GRAFFITI, KERNEL_BATCH, address(batch) + 12);
        runAndRecover(engine, address(batch));
        assertThat(victim.read32(0)).isEqualTo(0x900d_900d);
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void intoTheMediatorsCopies_isRefused(HaswellEngine engine) {
        for (long target : new long[] {480L << 20, 488L << 20, 490L << 20, (512L << 20) - 4}) {
            long before = faults(GuestFaultKind.OUT_OF_PARTITION);
            runKernelBatch(engine, address(memory(KERNEL_BATCH, (int) target, BATCH_END)));
            runKernelBatch(engine, (int) target);
            assertThat(faults(GuestFaultKind.OUT_OF_PARTITION)).isGreaterThanOrEqualTo(before + 2);
        }
        bad.await(bad.submit(engine));
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void thousandBatchesInARow_runInPieces_theLastIsAuditedLikeTheFirst(HaswellEngine engine) {
        GuestObject chain = bad.allocate(1000 * 64);
        for (int i = 0; i < 999; i++) {
            put(chain, 64L * i, KERNEL_BATCH, address(chain) + 64 * (i + 1));
        }
        put(chain, 64 * 999, STORE_GLOBAL, 0, address(victim), GRAFFITI, BATCH_END, 0);
        long before = faults(GuestFaultKind.OUT_OF_PARTITION);
        runKernelBatch(engine, address(chain));
        world.steps(40);
        assertThat(faults(GuestFaultKind.OUT_OF_PARTITION)).isEqualTo(before + 1);
        bad.await(bad.submit(engine));
    }
}
