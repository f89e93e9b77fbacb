package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.ResetKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is left on the hardware of a guest that goes while it has all engines at work for ever. */
class LeavingTest {

    private static final long RESERVED_START = 480 * World.MIB;
    private static final long RESERVED_END = 512 * World.MIB;

    private final World world = new World();
    private final FakeVmm vmm = world.vmm("leaving", 64, 128);
    private final ScriptedHaswellGuest other = world.boot("other", 64, 128);
    private final ScriptedHaswellGuest guest = world.guest(vmm).boot();
    private long start;

    @BeforeEach
    void workForEver() {
        for (HaswellEngine engine : HaswellEngine.values()) {
            guest.submit(engine, Batch.kernel().noops(3000));
            guest.hang(engine);
        }
        world.pass(3);
        for (HaswellEngine engine : HaswellEngine.values()) {
            assertThat(world.gpu.status(engine).batchLevel()).isPositive();
        }
        start = world.clock.nanoTime();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void assertGone() {
        assertThat(world.clock.nanoTime()).as("stepped time it took").isEqualTo(start);
        for (HaswellEngine engine : HaswellEngine.values()) {
            assertThat(world.gpu.status(engine).batchLevel()).isZero();
            assertThat(world.physical(engine.mmioBase() + 0x3c) & 1).as("%s", engine).isZero();
        }
    }

    /**
     * Looks through every page of the mediator's own area; memory that was given back is a fault.
     */
    private void assertNoPageOfTheAreaIsGivenBack() {
        for (long at = RESERVED_START; at < RESERVED_END; at += 4096) {
            world.gpu.read(2, at, 4);
        }
        assertThat(world.gpu.busFaults()).isEmpty();
    }

    @Test
    void close_withEndlessBatchesOnAllEngines_takesNoTimeAndLeavesNoPageBehind() {
        vmm.gpu().close();
        assertGone();
        vmm.close();
        assertNoPageOfTheAreaIsGivenBack();
        for (HaswellEngine engine : HaswellEngine.values()) {
            other.await(other.submit(engine));
        }
        assertNoPageOfTheAreaIsGivenBack();
        assertThat(other.complaints()).isEmpty();
    }

    @Test
    void reset_withEndlessBatchesOnAllEngines_takesNoTimeAndLeavesNoPageBehind() {
        vmm.reset(ResetKind.FUNCTION_LEVEL);
        assertGone();
        assertNoPageOfTheAreaIsGivenBack();
        assertThat(world.guest(vmm).boot().complaints()).isEmpty();
    }

    @Test
    void ring_ofAnotherLength_leavesNoPageOfTheFormerBehind() {
        for (HaswellEngine engine : HaswellEngine.values()) {
            guest.resetEngine(engine);
            for (int pages = 8; pages > 0; pages /= 2) {
                int ring = engine.mmioBase();
                vmm.bar(0).write32(ring + 0x3c, 0);
                vmm.bar(0).write32(ring + 0x34, 0);
                vmm.bar(0).write32(ring + 0x30, 0);
                vmm.bar(0).write32(ring + 0x3c, pages - 1 << 12 | 1);
                assertNoPageOfTheAreaIsGivenBack();
            }
        }
    }
}
