package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.core.schedule.RoundRobin;
import org.gpumediator.core.schedule.StrictPriority;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest of a higher priority beside one that always has work. */
class PriorityTest {

    private static final long SLICE = 15_000_000;
    private static final int STORES = 4000;

    private final World world = new World();
    private final ScriptedHaswellGuest low =
            world.guest(world.vmm(World.quotas("low", 64, 128, 4).with("priority", "0"))).boot();
    private final ScriptedHaswellGuest high =
            world.guest(world.vmm(World.quotas("high", 64, 128, 4).with("priority", "5"))).boot();

    private final GuestObject target = low.allocate(4096);
    private final GuestObject batch = low.allocate(16L * STORES + 4096);
    private final List<Request> queued = new ArrayList<>();

    @BeforeEach
    void fillBatch() {
        for (int i = 0; i < STORES; i++) {
            batch.write32(16L * i, 0x1000_0002);
            batch.write32(16L * i + 8, (int) target.graphicsAddress());
        }
        batch.write32(16L * STORES, 0x0500_0000);
    }

    /** Keeps requests of the low guest queued: more work than a step lets it do. */
    private void feed() {
        queued.removeIf(Request::completed);
        while (queued.size() < 8) {
            queued.add(
                    low.hostile()
                            .startBatchAt(HaswellEngine.BCS, 0x1880_0100, batch.graphicsAddress()));
        }
    }

    /** Returns how long a request of the other took while this one had work all the time. */
    private long wait(SchedulingPolicy policy) {
        world.mediator.ability(SchedulingControl.class).orElseThrow().policy(policy);
        world.pass(40);
        feed();
        world.steps(4);
        long since = world.clock.nanoTime();
        Request request = high.submit(HaswellEngine.BCS);
        for (int i = 0; i < 2000 && !request.completed(); i++) {
            feed();
            world.step();
        }
        assertThat(request.completed()).isTrue();
        return world.clock.nanoTime() - since;
    }

    @Test
    void request_ofTheHigherPriority_waitsForTheCommandThatRunsOnly() {
        assertThat(wait(new StrictPriority())).isLessThan(SLICE / 10);
        assertThat(low.complaints()).isEmpty();
        world.close();
    }

    @Test
    void request_withoutPriorities_waitsForTheEndOfTheSlice() {
        assertThat(wait(new RoundRobin())).isGreaterThan(SLICE / 2);
        world.close();
    }
}
