package org.gpumediator.examples.common;

import java.util.Map;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;

/**
 * Boots two scripted guests on a Haswell of their own, so that the first real guest finds every
 * class loaded: a driver gives the GPU a fifth of a second for its first work.
 */
final class HaswellRehearsal {

    private static final long MIB = 1 << 20;
    private static final long STEP_NANOS = 50_000;
    private static final int STEP_COMMANDS = 10_000;
    private static final int REQUESTS = 20;

    private final SteppedClock clock = new SteppedClock();
    private final FakeHaswell fake = FakeHaswell.create();
    private final Mediator mediator = Mediator.builder(fake).clock(clock).build();

    private HaswellRehearsal() {}

    /** Runs, for about a second. */
    static void run() {
        new HaswellRehearsal().play();
    }

    private void play() {
        try (FakeVmm first = FakeVmm.create();
                FakeVmm second = FakeVmm.create();
                mediator) {
            ScriptedHaswellGuest one = boot("rehearsal-1", first);
            ScriptedHaswellGuest two = boot("rehearsal-2", second);
            for (int i = 0; i < REQUESTS; i++) {
                for (HaswellEngine engine : HaswellEngine.values()) {
                    store(one, engine, i);
                    store(two, engine, i);
                }
            }
        }
    }

    private ScriptedHaswellGuest boot(String name, FakeVmm vmm) {
        Map<String, Long> quotas = Map.of("aperture", 64 * MIB, "hidden", 384 * MIB);
        vmm.plug(mediator.create(VgpuRequest.ofQuotas(name, quotas), vmm.port()));
        return ScriptedHaswellGuest.on(vmm).stepping(this::step).build().boot();
    }

    private static void store(ScriptedHaswellGuest guest, HaswellEngine engine, int value) {
        GuestObject target = guest.allocate(4096);
        guest.await(guest.submit(engine, Batch.user().storeDword(target.graphicsAddress(), value)));
        guest.free(target);
    }

    private void step() {
        clock.advanceNanos(STEP_NANOS);
        long ignored = fake.advance(clock.nanoTime(), STEP_COMMANDS);
        mediator.step();
    }
}
