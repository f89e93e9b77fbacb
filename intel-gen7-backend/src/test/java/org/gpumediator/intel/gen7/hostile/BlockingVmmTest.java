package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;

/**
 * A VMM that does not return from its callbacks, or calls the mediator from there: no lock of the
 * mediator is held meanwhile, so that nobody waits for it but the thread that called it.
 */
class BlockingVmmTest extends Attack {

    private static final int HEAD = 0x2_2034;
    private static final int IMR = 0x2_20a8;
    private static final int GT_IMR = 0x4_4014;
    private static final int GT_IIR = 0x4_4018;
    private static final int GT_IER = 0x4_401c;
    private static final int BCS_USER = 1 << 22;
    private static final int COMMAND = 4;
    private static final int BUS_MASTER = 7;
    private static final int NO_LINE = 1 << 10;
    private static final int MESSAGES = 0x92;
    private static final long SECONDS = 60;

    /** What is done when the bad guest's VMM is called. */
    private volatile Runnable onCall = () -> {};

    private volatile int calls;

    @Override
    UnaryOperator<VmmPort> badPort() {
        return port ->
                new VmmPort(
                        port.memory(),
                        vector -> {
                            called();
                            port.messages().raise(vector);
                        },
                        new InterruptLine() {
                            @Override
                            public void assertLevel() {
                                called();
                                port.line().assertLevel();
                            }

                            @Override
                            public void deassert() {
                                called();
                                port.line().deassert();
                            }
                        },
                        port.masking(),
                        port.sharedMemory());
    }

    private synchronized void called() {
        calls++;
        onCall.run();
    }

    private static <T> T elsewhere(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, task -> new Thread(task).start())
                .orTimeout(SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Fails unless others can do, on other threads, whatever they like. */
    private void nobodyWaits() {
        int head = elsewhere(() -> goodVmm.bar(0).read32(HEAD));
        assertThat(head).isEqualTo(elsewhere(() -> goodVmm.bar(0).read32(HEAD)));
        assertThat(elsewhere(() -> badVmm.bar(0).read32(HEAD))).isGreaterThanOrEqualTo(0);
        assertThat(elsewhere(() -> badVmm.bar(0).read32(GT_IER))).isEqualTo(BCS_USER);
        assertThat(elsewhere(() -> badVmm.configRead(0, 2))).isEqualTo(0x8086);
        assertThat(elsewhere(() -> world.mediator.statistics().counter("engines.switches")))
                .isPositive();
        assertThat(elsewhere(() -> world.mediator.step())).isPositive();
    }

    private void letUserInterruptsThrough() {
        badVmm.bar(0).write32(IMR, ~BCS_USER);
        badVmm.bar(0).write32(GT_IMR, ~BCS_USER);
        badVmm.bar(0).write32(GT_IER, BCS_USER);
        badVmm.bar(0).write32(GT_IIR, -1);
    }

    private void interruptOnce() {
        Request request = hostile.ringCommands(HaswellEngine.BCS, USER_INTERRUPT, 0);
        world.steps(20);
        assertThat(request.completed()).isTrue();
    }

    @Test
    void messageThatNeverReturns_holdsUpNobody() throws InterruptedException {
        letUserInterruptsThrough();
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        onCall =
                () -> {
                    stuck.countDown();
                    awaited(goOn);
                };
        int before = calls;
        hostile.ringCommands(HaswellEngine.BCS, USER_INTERRUPT, 0);
        Thread device = new Thread(() -> world.gpu.advance(world.clock.nanoTime(), 10_000));
        device.start();
        awaited(stuck);
        try {
            nobodyWaits();
            for (HaswellEngine engine : HaswellEngine.values()) {
                good.await(good.submit(engine));
            }
            badVmm.bar(0).write32(GT_IIR, -1);
            Request own = bad.submit(HaswellEngine.BCS);
            world.steps(100);
            assertThat(own.completed()).as("its own work").isTrue();
            assertThat(calls).as("one thread at a time tells").isEqualTo(before + 1);
        } finally {
            onCall = () -> {};
            goOn.countDown();
        }
        device.join(TimeUnit.SECONDS.toMillis(SECONDS));
        assertThat(device.isAlive()).isFalse();
        badVmm.bar(0).write32(GT_IIR, -1);
        interruptOnce();
        assertThat(calls).as("told again").isGreaterThan(before + 1);
        badVmm.bar(0).write32(GT_IIR, -1);
        lookAtTheNeighbourNow();
    }

    private static void awaited(CountDownLatch latch) {
        try {
            if (!latch.await(SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody came");
            }
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void messageOfTheDevice_isToldWithNoLockHeld() {
        letUserInterruptsThrough();
        onCall = this::nobodyWaits;
        interruptOnce();
        assertThat(calls).isPositive();
        onCall = () -> {};
        badVmm.bar(0).write32(GT_IIR, -1);
    }

    @Test
    void messageOfATrap_isToldWithNoLockHeld() {
        letUserInterruptsThrough();
        badVmm.bar(0).write32(GT_IER, 0);
        interruptOnce();
        int before = calls;
        onCall = this::nobodyWaits;
        badVmm.bar(0).write32(GT_IER, BCS_USER);
        assertThat(calls).isEqualTo(before + 1);
        onCall = () -> {};
        badVmm.bar(0).write32(GT_IIR, -1);
    }

    @Test
    void lineOfAConfigurationWrite_isToldWithNoLockHeld() {
        letUserInterruptsThrough();
        badVmm.configWrite(MESSAGES, 2, 0);
        badVmm.configWrite(COMMAND, 2, BUS_MASTER | NO_LINE);
        interruptOnce();
        int before = calls;
        onCall = this::nobodyWaits;
        badVmm.configWrite(COMMAND, 2, BUS_MASTER);
        assertThat(calls).isEqualTo(before + 1);
        badVmm.configWrite(COMMAND, 2, BUS_MASTER | NO_LINE);
        assertThat(calls).isEqualTo(before + 2);
        onCall = () -> {};
        badVmm.bar(0).write32(GT_IIR, -1);
    }

    @Test
    void messageThatReenters_isAnsweredAndToldInOrder() {
        letUserInterruptsThrough();
        onCall =
                () -> {
                    badVmm.bar(0).write32(GT_IIR, -1);
                    assertThat(badVmm.bar(0).read32(GT_IIR)).isZero();
                    world.mediator.step();
                    badVmm.bar(0).write32(HEAD - 4, badVmm.bar(0).read32(HEAD - 4));
                };
        interruptOnce();
        int before = calls;
        interruptOnce();
        assertThat(calls).isGreaterThan(before);
        onCall = () -> {};
    }

    @Test
    void wishForAStep_isToldWithNoLockHeld() {
        int[] wishes = new int[1];
        try (Registration ignored =
                world.mediator.onStepNeeded(
                        () -> {
                            wishes[0]++;
                            assertThat(elsewhere(() -> goodVmm.bar(0).read32(HEAD)))
                                    .isGreaterThanOrEqualTo(0);
                        })) {
            Request request = bad.submit(HaswellEngine.BCS);
            world.steps(20);
            assertThat(request.completed()).isTrue();
        }
        assertThat(wishes[0]).isPositive();
        assertThat(world.mediator.statistics().counter("mediator.wake-up-errors")).isZero();
    }
}
