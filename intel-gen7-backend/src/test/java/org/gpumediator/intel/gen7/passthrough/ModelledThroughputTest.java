package org.gpumediator.intel.gen7.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.FakeHaswell.CommandTiming;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * How much of the GPU's time reaches guests that always have work, in modelled time: alone on the
 * whole GPU, alone on a virtual GPU, seven at once. The processor's time does not count here.
 */
class ModelledThroughputTest {

    private static final int STEPS = 6_000;
    private static final int IN_FLIGHT = 100;
    private static final int BATCH = 0x1000;
    private static final int RESULT = 0x2000;
    private static final int BATCH_PAGE = 0x20_0000;
    private static final int RESULT_PAGE = 0x21_0000;
    private static final int FLUSH = 0x1300_0002;
    private static final int FLUSHES = 250;
    private static final int BATCH_END = 0x0500_0000;

    /** A guest that keeps batches of an eighth of a millisecond queued. */
    private static final class Busy {

        final NativeGuest guest;
        int handedIn;

        Busy(FakeVmm vmm) {
            guest = new NativeGuest(vmm).boot(true);
            guest.map(BATCH >>> 12, BATCH_PAGE);
            guest.map(RESULT >>> 12, RESULT_PAGE);
            for (int i = 0; i < FLUSHES; i++) {
                vmm.memory().cpuWrite32(BATCH_PAGE + 16 * i, FLUSH);
            }
            vmm.memory().cpuWrite32(BATCH_PAGE + 16 * FLUSHES, BATCH_END);
        }

        int done() {
            return guest.vmm.memory().cpuRead32(RESULT_PAGE);
        }

        void fill() {
            int free = IN_FLIGHT - (handedIn - done());
            if (free < IN_FLIGHT / 4) {
                return;
            }
            for (int i = 0; i < free; i++) {
                guest.batch(BATCH, RESULT, ++handedIn);
            }
            guest.submit();
        }
    }

    private static World world() {
        World world =
                new World(
                        FakeHaswell.builder().timing(CommandTiming.MODELLED).stolenBytes(0).build(),
                        Map.of());
        world.step(); // from here on the fake's time is the clock's
        return world;
    }

    /** Returns how many batches all of them have done. */
    private static int run(World world, List<Busy> guests) {
        for (int i = 0; i < STEPS; i++) {
            guests.forEach(Busy::fill);
            world.step();
        }
        return guests.stream().mapToInt(Busy::done).sum();
    }

    private static int alone() {
        try (World world = world();
                FakeVmm vmm = FakeVmm.create()) {
            vmm.plug(world.mediator.passThrough("a", vmm.port()));
            return run(world, List.of(new Busy(vmm)));
        }
    }

    private static int mediated(int count) {
        try (World world = world()) {
            List<Busy> guests = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                guests.add(new Busy(world.vmm("vm" + i, 64, 192)));
            }
            int all = run(world, guests);
            assertThat(guests.stream().map(Busy::done).toList())
                    .as("share of each")
                    .allMatch(done -> done > all / count / 2);
            return all;
        }
    }

    @Test
    void mediation_costsLittleOfTheGpusTime(TestReporter reporter) {
        int whole = alone();
        int one = mediated(1);
        int seven = mediated(7);
        reporter.publishEntry(
                String.format(
                        Locale.ROOT,
                        "native %d batches, one guest %.4f of that, seven guests %.4f of one",
                        whole,
                        (double) one / whole,
                        (double) seven / one));
        assertThat(whole).isGreaterThan(STEPS / 3);
        assertThat((double) one / whole).isGreaterThanOrEqualTo(0.99);
        assertThat((double) seven / one).isGreaterThanOrEqualTo(0.97);
    }
}
