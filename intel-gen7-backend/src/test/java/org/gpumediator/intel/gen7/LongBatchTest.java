package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Privileged batches longer than any copy the mediator keeps of one: each runs to its end, piece
 * after piece, and every piece is audited.
 */
class LongBatchTest {

    private static final int BATCH = 0x1880_0000;
    private static final int SECOND_LEVEL = 1 << 22;
    private static final int BATCH_END = 0x0500_0000;
    private static final int STORE_GLOBAL = 0x1040_0002;
    private static final int SETUP = 0x4040_0006;
    private static final int PIXEL = 0x4900_0000;
    private static final int PAGE = 4096;

    private final World world = new World();
    private final FakeVmm vmm = plugged(FakeVmm.builder().ram(64 * World.MIB).build());
    private final ScriptedHaswellGuest guest = world.guest(vmm).boot();
    private final ScriptedHaswellGuest other = world.boot("vm2", 64, 128);
    private final HostileActions hostile = guest.hostile();
    private final GuestObject out = guest.allocate(PAGE);
    private final GuestObject foreign = other.allocate(PAGE);

    @AfterEach
    void close() {
        assertThat(foreign.read32(0)).isZero();
        assertThat(world.gpu.busFaults()).isEmpty();
        assertThat(World.hookFailures(vmm)).isZero();
        world.close();
    }

    private FakeVmm plugged(FakeVmm empty) {
        return world.vmm(World.quotas("vm1", 64, 128, 4), empty, empty.port());
    }

    /** Lets half a millisecond pass, in which the GPU executes what it has. */
    private void step() {
        world.clock.advanceNanos(500_000);
        world.gpu.advance(world.clock.nanoTime(), 400_000);
        world.mediator.step();
    }

    private void finish(Request request) {
        for (int i = 0; i < 400 && !request.completed(); i++) {
            step();
        }
        assertThat(request.completed()).isTrue();
    }

    private static void put(GuestObject object, long at, int... dwords) {
        for (int i = 0; i < dwords.length; i++) {
            object.write32(at + 4L * i, dwords[i]);
        }
    }

    private int[] store(long offset, int value) {
        return new int[] {STORE_GLOBAL, 0, (int) (out.graphicsAddress() + offset), value};
    }

    /** Makes a batch in which the start of each page stores its number. */
    private GuestObject batch(long bytes) {
        GuestObject batch = guest.allocate(bytes);
        for (int page = 0; page < bytes / PAGE; page++) {
            put(batch, (long) page * PAGE, store(0, page));
        }
        put(batch, bytes - 8, BATCH_END, 0);
        return batch;
    }

    private Request run(HaswellEngine engine, GuestObject batch) {
        return hostile.startBatchAt(engine, BATCH, batch.graphicsAddress());
    }

    @ParameterizedTest
    @CsvSource({
        "RCS, 4",
        "BCS, 4",
        "VCS, 4",
        "VECS, 4",
        "RCS, 16",
        "BCS, 16",
        "VCS, 16",
        "VECS, 16"
    })
    void batchOfManyMebibytes_runsToItsEnd(HaswellEngine engine, int mebibytes) {
        long bytes = mebibytes * World.MIB;
        GuestObject batch = batch(bytes);
        Request request = run(engine, batch);
        finish(request);
        assertThat(out.read32(0)).isEqualTo((int) (bytes / PAGE) - 1);
        assertThat(vmm.gpu().statistics().faults()).isEmpty();
        guest.await(guest.submit(engine));
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void commandOutsideTheSlice_inTheLastPiece_isRefusedAndTheRestRuns(HaswellEngine engine) {
        GuestObject batch = batch(4 * World.MIB);
        put(
                batch,
                4 * World.MIB - 64,
                STORE_GLOBAL,
                0,
                (int) foreign.graphicsAddress(),
                0x0bad_f00d);
        put(batch, 4 * World.MIB - 48, store(4, 77));
        finish(run(engine, batch));
        assertThat(vmm.gpu().statistics().faults(GuestFaultKind.OUT_OF_PARTITION)).isEqualTo(1);
        assertThat(out.read32(4)).isEqualTo(77);
    }

    @Test
    void batchInPieces_whileAnotherGuestWorks_bothComeToTheirEnd() {
        GuestObject batch = batch(8 * World.MIB);
        Request request = run(HaswellEngine.VCS, batch);
        Request others = other.submit(HaswellEngine.VCS);
        finish(request);
        finish(others);
        assertThat(out.read32(0)).isEqualTo((int) (8 * World.MIB / PAGE) - 1);
        assertThat(other.complaints()).isEmpty();
    }

    @Test
    void whatABatchHasSetUp_isKnownInItsLaterPieces() {
        GuestObject target = guest.allocate(PAGE);
        GuestObject batch = batch(4 * World.MIB);
        put(
                batch,
                16,
                SETUP,
                0x03f0_0000 | 64,
                0,
                16 << 16 | 16,
                (int) target.graphicsAddress(),
                0,
                0x1234_5678,
                0);
        put(batch, 4 * World.MIB - 64, PIXEL, 0);
        finish(run(HaswellEngine.BCS, batch));
        assertThat(vmm.gpu().statistics().faults()).isEmpty();
    }

    @Test
    void chainOfManyBatches_runsToItsEnd() {
        int links = 1000;
        GuestObject chain = guest.allocate(links * 64L);
        for (int i = 0; i < links; i++) {
            put(chain, 64L * i, store(0, i));
            put(chain, 64L * i + 16, BATCH, (int) chain.graphicsAddress() + 64 * (i + 1));
        }
        put(chain, 64L * (links - 1) + 16, BATCH_END, 0);
        finish(run(HaswellEngine.RCS, chain));
        assertThat(out.read32(0)).isEqualTo(links - 1);
        assertThat(vmm.gpu().statistics().faults()).isEmpty();
    }

    @Test
    void batchCalledFromALongOne_runsInEachPiece() {
        GuestObject called = guest.allocate(PAGE);
        put(called, 0, store(8, 1));
        put(called, 16, BATCH_END, 0);
        GuestObject batch = batch(4 * World.MIB);
        int call = (int) called.graphicsAddress();
        put(batch, World.MIB / 2 + 64, BATCH | SECOND_LEVEL, call);
        put(batch, 4 * World.MIB - 64, BATCH | SECOND_LEVEL, call);
        put(batch, 4 * World.MIB - 48, store(12, 2));
        finish(run(HaswellEngine.BCS, batch));
        assertThat(out.read32(8)).isEqualTo(1);
        assertThat(out.read32(12)).isEqualTo(2);
    }

    @Test
    void calledBatchBeyondEveryLimit_stopsTheRingWhereHardwareWouldWork() {
        GuestObject called = guest.allocate(4 * World.MIB);
        put(called, 4 * World.MIB - 8, BATCH_END, 0);
        GuestObject batch = guest.allocate(PAGE);
        put(batch, 0, BATCH | SECOND_LEVEL, (int) called.graphicsAddress());
        put(batch, 8, store(0, 1));
        put(batch, 24, BATCH_END, 0);
        Request request = run(HaswellEngine.BCS, batch);
        for (int i = 0; i < 50; i++) {
            step();
        }
        assertThat(request.completed()).isFalse();
        assertThat(out.read32(0)).isZero();
        assertThat(vmm.gpu().statistics().faults(GuestFaultKind.RATE_LIMITED)).isEqualTo(1);
        guest.resetEngine(HaswellEngine.BCS);
        guest.await(guest.submit(HaswellEngine.BCS));
    }

    @Test
    void ringReset_inTheMiddleOfABatch_forgetsTheRest() {
        GuestObject batch = batch(8 * World.MIB);
        Request request = run(HaswellEngine.VECS, batch);
        step();
        step();
        assertThat(request.completed()).isFalse();
        guest.resetEngine(HaswellEngine.VECS);
        out.write32(0, 0);
        guest.await(guest.submit(HaswellEngine.VECS));
        for (int i = 0; i < 20; i++) {
            step();
        }
        assertThat(out.read32(0)).isZero();
    }
}
