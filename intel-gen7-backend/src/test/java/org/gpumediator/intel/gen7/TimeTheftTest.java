package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A guest whose work never ends beside one of the same weight that asks for one thing after the
 * other: each has half of the time, whatever the first does to its registers meanwhile.
 */
class TimeTheftTest {

    private static final int KERNEL_BATCH = 0x1880_0000;
    private static final int GDRST = 0x941c;
    private static final int RING_BYTES = 16_384;
    private static final int QUEUED = 8192;
    private static final int MILLIS = 5_000;

    private final World world = new World();
    private final FakeVmm goodVmm = world.vmm("good", 64, 128);
    private final FakeVmm badVmm = world.vmm("bad", 64, 128);
    private final ScriptedHaswellGuest good = world.guest(goodVmm).boot();
    private final ScriptedHaswellGuest bad = world.guest(badVmm).boot();
    private final HostileActions hostile = bad.hostile();
    private GuestObject ring;
    private int head;

    /** What the bad guest does each time that its work was cut off. */
    enum Trick {
        NOTHING {
            @Override
            void play(TimeTheftTest test) {}
        },
        ENGINE_RESET {
            @Override
            void play(TimeTheftTest test) {
                test.hostile.pokeRegister(GDRST, 2);
                test.start(0);
            }
        },
        HEAD_MOVED {
            @Override
            void play(TimeTheftTest test) {
                test.head = (test.head + 16) % QUEUED;
                test.hostile.pokeRing(HaswellEngine.RCS, 0x34, test.head);
            }
        },
        RING_RESTARTED {
            @Override
            void play(TimeTheftTest test) {
                test.hostile.pokeRing(HaswellEngine.RCS, 0x3c, 0);
                test.start((test.head + 16) % QUEUED);
            }
        };

        abstract void play(TimeTheftTest test);
    }

    @BeforeEach
    void fillTheRing() {
        world.pass(20);
        GuestObject loop = bad.allocate(4096);
        loop.write32(16, KERNEL_BATCH);
        loop.write32(20, (int) loop.graphicsAddress());
        ring = bad.allocate(RING_BYTES);
        for (int at = 0; at < QUEUED; at += 16) {
            ring.write32(at, KERNEL_BATCH);
            ring.write32(at + 4, (int) loop.graphicsAddress());
        }
    }

    @AfterEach
    void close() {
        assertThat(good.complaints()).isEmpty();
        assertThat(world.gpu.busFaults()).isEmpty();
        world.close();
    }

    private void start(int from) {
        head = from;
        hostile.pokeRing(HaswellEngine.RCS, 0x9c, 0x0100_0000);
        hostile.pokeRing(HaswellEngine.RCS, 0x38, (int) ring.graphicsAddress());
        hostile.pokeRing(HaswellEngine.RCS, 0x34, from);
        hostile.pokeRing(HaswellEngine.RCS, 0x30, from);
        hostile.pokeRing(HaswellEngine.RCS, 0x3c, RING_BYTES - 4096 | 1);
        hostile.pokeRing(HaswellEngine.RCS, 0x30, QUEUED);
    }

    private static long counter(FakeVmm vmm, String name) {
        return vmm.gpu().statistics().counter(name);
    }

    private static double millis(FakeVmm vmm) {
        return counter(vmm, "engines.busy.nanos") / 1e6;
    }

    @ParameterizedTest
    @EnumSource
    void endlessWork_hasHalfOfTheTimeAndCausesFewResets(Trick trick) {
        double goodBefore = millis(goodVmm);
        double badBefore = millis(badVmm);
        long resets = world.mediator.statistics().counter("rcs.resets");
        long cutOffs = counter(badVmm, "rcs.cut-off");
        start(0);
        Request request = good.submit(HaswellEngine.RCS);
        int waits = 0;
        int worst = 0;
        for (int i = 0; i < MILLIS; i++) {
            world.pass(1);
            waits++;
            if (request.completed()) {
                worst = Math.max(worst, waits);
                waits = 0;
                request = good.submit(HaswellEngine.RCS);
            }
            if (counter(badVmm, "rcs.cut-off") != cutOffs) {
                cutOffs = counter(badVmm, "rcs.cut-off");
                trick.play(this);
            }
        }
        assertThat(worst).as("longest wait, ms").isLessThanOrEqualTo(100);
        assertThat((millis(badVmm) - badBefore) / MILLIS).isBetween(0.45, 0.53);
        assertThat((millis(goodVmm) - goodBefore) / MILLIS).isGreaterThan(0.45);
        assertThat(world.mediator.statistics().counter("rcs.resets") - resets)
                .isLessThan(MILLIS / 100);
        assertThat(badVmm.gpu().state()).isEqualTo(VirtualGpuState.RUNNING);
        hostile.pokeRegister(GDRST, 1);
    }

    @Test
    void resetsAskedForAllTheTime_endInFailureThatSaysWhy() {
        int resets = 0;
        while (badVmm.gpu().state() == VirtualGpuState.RUNNING && resets < 1000) {
            start(0);
            world.pass(5);
            hostile.pokeRegister(GDRST, 1);
            resets++;
        }
        assertThat(badVmm.gpu().state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(badVmm.gpu().statistics().faults()).containsKey(GuestFaultKind.RATE_LIMITED);
        assertThat(resets).isBetween(500, 700);
        good.await(good.submit(HaswellEngine.RCS));
        badVmm.reset(ResetKind.BUS);
        assertThat(world.guest(badVmm).boot().complaints()).isEmpty();
    }
}
