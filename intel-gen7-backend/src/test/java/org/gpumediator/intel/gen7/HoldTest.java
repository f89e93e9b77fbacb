package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.gpumediator.api.MediationClock;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever waits until a guest stands still keeps nobody else waiting. */
class HoldTest {

    private static final int HEAD = 0x2034;

    private Runnable meanwhile = () -> {};
    private final FakeHaswell gpu = FakeHaswell.create();
    private final World world = new World(gpu, gpu, Map.of(), this::interrupted);
    private final FakeVmm vmmOne = world.vmm("vm1", 64, 128);
    private final FakeVmm vmmTwo = world.vmm("vm2", 64, 128);
    private final ScriptedHaswellGuest one = world.guest(vmmOne).boot();
    private final ScriptedHaswellGuest two = world.guest(vmmTwo).boot();

    /** A clock at each look at which something else may happen. */
    private MediationClock interrupted(MediationClock clock) {
        return () -> {
            meanwhile.run();
            return clock.nanoTime();
        };
    }

    @AfterEach
    void close() {
        meanwhile = () -> {};
        world.close();
    }

    @Test
    void quiesce_whileAnEndlessBatchDoesNotStop_anotherGuestsTrapsAreAnswered() {
        one.hang(HaswellEngine.RCS);
        world.pass(3);
        Thread caller = Thread.currentThread();
        AtomicInteger answered = new AtomicInteger();
        meanwhile =
                () -> {
                    boolean whileItWaits =
                            Thread.currentThread() == caller
                                    && StackWalker.getInstance()
                                            .walk(
                                                    frames ->
                                                            frames.anyMatch(
                                                                    frame ->
                                                                            frame.getMethodName()
                                                                                    .equals(
                                                                                            "onceMore")));
                    if (whileItWaits && answered.get() < 5) {
                        CompletableFuture.supplyAsync(() -> vmmTwo.bar(0).read32(HEAD))
                                .orTimeout(60, TimeUnit.SECONDS)
                                .join();
                        answered.incrementAndGet();
                    }
                };
        vmmOne.gpu().quiesce();
        assertThat(answered).hasValue(5);
        two.await(two.submit(HaswellEngine.RCS));
    }
}
