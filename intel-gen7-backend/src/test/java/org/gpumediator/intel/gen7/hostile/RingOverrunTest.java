package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tail that passes the head: more is queued than the ring holds. */
class RingOverrunTest extends Attack {

    private static final int RING_BYTES = 0x4000;
    private static final int MEDIA_OBJECT = 0x7100_0000;

    private GuestObject ring;

    @BeforeEach
    void haveALongRing() {
        ring = bad.allocate(RING_BYTES);
        poke(0x3c, 0);
        poke(0x38, address(ring));
        poke(0x34, 0);
        poke(0x30, 0);
        poke(0x3c, RING_BYTES - 4096 | 1);
    }

    private void poke(int register, int value) {
        hostile.pokeRing(HaswellEngine.RCS, register, value);
    }

    /** The inline data of a command lies over what the engine has not run yet. */
    @Test
    void tail_beyondTheHead_inlineDataIsNeverRunAsCommands() {
        poke(0x30, 0x1000); // no-ops
        int inline = 2 + 0x100;
        put(ring, RING_BYTES - 8, MEDIA_OBJECT | inline - 2);
        put(
                ring,
                0,
                STORE_GLOBAL,
                0,
                (int) victim.graphicsAddress(),
                GRAFFITI,
                LOAD_IMMEDIATE,
                0x10_0004,
                GRAFFITI);
        poke(0x30, 0x800);
        world.steps(20);
        assertThat(hostile.peekRegister(0x2034) & 0x1f_fffc)
                .as("all that was queued has run in the end")
                .isEqualTo(0x800);
    }

    /**
     * HEAD counts dwords and TAIL pairs of them: an odd head would have a tail behind it, and all
     * that was left over in the ring between them would run, from the middle of a command on.
     */
    @Test
    void head_atAnOddDword_nothingLeftOverIsRun() {
        put(ring, 0, MEDIA_OBJECT | 0x100);
        put(ring, 36, STORE_GLOBAL, 0, (int) victim.graphicsAddress(), GRAFFITI);
        poke(0x30, 0x800);
        world.steps(20);
        assertThat(hostile.peekRegister(0x2034) & 0x1f_fffc).isEqualTo(0x800);
        put(ring, 36, MEDIA_OBJECT | 0x100); // is never queued whole
        poke(0x30, 40);
        poke(0x34, 36);
        world.gpu.advance(world.clock.nanoTime(), 1000);
        assertThat(world.gpu.read(0, 0x2034, 4)).isEqualTo(world.gpu.read(0, 0x2030, 4));
    }

    @Test
    void head_atAnOddDword_whatLiesBehindItRuns() {
        put(ring, 32, -1, 0); // what lies before the head is not queued
        poke(0x3c, 0);
        poke(0x34, 36);
        poke(0x30, 40);
        poke(0x3c, RING_BYTES - 4096 | 1);
        world.steps(20);
        assertThat(hostile.peekRegister(0x2034) & 0x1f_fffc).isEqualTo(40);
    }

    /** Without time for the engine to run, so that much is always outstanding. */
    @Test
    void tails_atRandom_nothingIsStoredOverWhatHasNotRun() {
        Seeds.forEach(1, this::queueAtRandom);
        assertThat(world.gpu.rewrittenCommands()).isZero();
    }

    private void queueAtRandom(SplittableRandom random) {
        GuestObject batch = memory(0, 0, BATCH_END);
        for (int at = 0; at < RING_BYTES; at += 8) {
            boolean jump = at % 256 == 0;
            put(ring, at, jump ? KERNEL_BATCH : 0, jump ? address(batch) : 0);
        }
        for (int i = 0; i < 500; i++) {
            put(batch, 0, 0, 0, i % 3 == 0 ? 0 : BATCH_END, BATCH_END);
            for (int at = 128; at < RING_BYTES; at += 256) {
                put(ring, at, i); // a no-op with a number
            }
            poke(0x30, random.nextInt(RING_BYTES / 8) * 8);
            world.gpu.advance(world.clock.nanoTime(), random.nextInt(200));
            if (i % 20 == 0) {
                world.step();
            }
        }
    }
}
