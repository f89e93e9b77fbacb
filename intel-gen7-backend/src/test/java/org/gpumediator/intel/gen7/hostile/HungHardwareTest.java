package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Hardware that hangs under one guest while another waits and the neighbour has nothing to do: the
 * one that waits gets its turn, and nothing of the neighbour's is other than it was.
 */
class HungHardwareTest extends Attack {

    private static final int DRAIN_MILLIS = 700;

    private FakeVmm waitingVmm;
    private ScriptedHaswellGuest waiting;

    @BeforeEach
    void bootAThird() {
        waitingVmm = create("waiting");
        waiting = world.guest(waitingVmm).boot();
        lookAtTheNeighbourAgain();
    }

    @Override
    FakeVmm[] others() {
        return waitingVmm == null ? super.others() : new FakeVmm[] {badVmm, waitingVmm};
    }

    private FakeVmm create(String name) {
        FakeVmm vmm = tables.vmm();
        return world.vmm(tables.request(name), vmm, vmm.port());
    }

    private long counter(String name) {
        return world.mediator.statistics().counter(name);
    }

    /** Has a request of the third guest wait for the bad one, under which the hardware hangs. */
    private void hangAndCompete(HaswellEngine engine, Runnable trouble) {
        Request mine = bad.submit(engine, Batch.user().noops(5000));
        trouble.run();
        for (HaswellEngine each : HaswellEngine.values()) {
            Request request = waiting.submit(each, Batch.user().noops(10));
            for (int i = 0; i < DRAIN_MILLIS && !request.completed(); i++) {
                world.pass(1);
            }
            assertThat(request.completed()).as("%s", request).isTrue();
        }
        world.pass(20);
        assertThat(mine.completed()).as("was run again").isTrue();
        assertThat(waiting.complaints()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void engine_thatHangs_isResetAlone(HaswellEngine engine) {
        long before = counter(engine.name().toLowerCase(java.util.Locale.ROOT) + ".resets");
        hangAndCompete(engine, () -> world.gpu.hang(engine));
        assertThat(counter(engine.name().toLowerCase(java.util.Locale.ROOT) + ".resets"))
                .isGreaterThan(before);
        assertThat(counter("device.resets")).isZero();
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void engine_thatSticks_isResetWithTheWholeDevice(HaswellEngine engine) {
        hangAndCompete(engine, () -> world.gpu.stickRing(engine));
        assertThat(counter("device.resets")).isPositive();
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void engine_thatSticksUnderAGuestThatIsClosed_worksForTheNext(HaswellEngine engine) {
        bad.submit(engine, Batch.user().noops(5000));
        world.gpu.stickRing(engine);
        long now = world.clock.nanoTime();
        badVmm.gpu().close();
        assertThat(world.clock.nanoTime()).isEqualTo(now);
        Request request = waiting.submit(engine, Batch.user().noops(10));
        world.pass(20);
        assertThat(request.completed()).as("%s", request).isTrue();
        assertThat(counter("device.resets")).isPositive();
        badVmm = create("another");
        bad = world.guest(badVmm).boot();
        lookAtTheNeighbourAgain();
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void guestThatResetsAStuckEngine_getsAWorkingOne(HaswellEngine engine) {
        bad.submit(engine, Batch.user().noops(5000));
        world.gpu.stickRing(engine);
        bad.resetEngine(engine);
        for (HaswellEngine each : HaswellEngine.values()) {
            bad.await(bad.submit(each));
        }
        assertThat(counter("device.resets")).isPositive();
        assertThat(World.hookFailures(badVmm)).isZero();
    }
}
