package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Commands after which the mediator cannot go on at once, at odd dwords of the ring: TAIL counts
 * pairs of dwords, so that the engine cannot be told to stop there. All that is queued runs, once
 * and in order.
 */
class OddOffsetsTest {

    private static final int BATCH = 0x1880_0000;
    private static final int BATCH_END = 0x0500_0000;
    private static final int STORE_GLOBAL = 0x1040_0002;
    private static final int STORE_LONG = 0x1040_0003;
    private static final int NOOP = 0;
    private static final int PAGE = 4096;

    private final World world = new World();
    private final FakeVmm vmm = plugged(FakeVmm.builder().ram(64 * World.MIB).build());
    private final ScriptedHaswellGuest guest = world.guest(vmm).boot();
    private final ScriptedHaswellGuest other = world.boot("vm2", 64, 128);
    private final GuestObject out = guest.allocate(PAGE);
    private final List<Integer> commands = new ArrayList<>();

    private FakeVmm plugged(FakeVmm empty) {
        return world.vmm(World.quotas("vm1", 64, 128, 4), empty, empty.port());
    }

    @AfterEach
    void close() {
        assertThat(vmm.gpu().statistics().faults()).isEmpty();
        assertThat(world.gpu.busFaults()).isEmpty();
        assertThat(World.hookFailures(vmm)).isZero();
        assertThat(guest.complaints()).isEmpty();
        world.close();
    }

    private void put(int... dwords) {
        for (int dword : dwords) {
            commands.add(dword);
        }
    }

    private int out(int slot) {
        return (int) out.graphicsAddress() + 8 * slot;
    }

    /** Returns a privileged batch of so many bytes that stores a value at its end. */
    private GuestObject batch(long bytes, int slot) {
        GuestObject batch = guest.allocate(bytes);
        int[] end = {STORE_GLOBAL, 0, out(slot), 100 + slot, BATCH_END, 0};
        for (int i = 0; i < end.length; i++) {
            batch.write32(bytes - 4L * end.length + 4L * i, end[i]);
        }
        return batch;
    }

    private void finish(Request request) {
        for (int i = 0; i < 400 && !request.completed(); i++) {
            world.clock.advanceNanos(500_000);
            world.gpu.advance(world.clock.nanoTime(), 400_000);
            world.mediator.step();
        }
        assertThat(request.completed()).isTrue();
    }

    private Request submit(HaswellEngine engine) {
        return guest.submitCommands(
                engine, commands.stream().mapToInt(Integer::intValue).toArray());
    }

    private void assertStored(int slots) {
        for (int slot = 0; slot < slots; slot++) {
            assertThat(out.read32(8L * slot)).as("slot %d", slot).isEqualTo(100 + slot);
        }
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void longBatch_fromAJumpAtAnOddDword_runsToItsEnd(HaswellEngine engine) {
        put(NOOP, BATCH, (int) batch(8 * World.MIB, 0).graphicsAddress());
        put(STORE_GLOBAL, 0, out(1), 101, NOOP);
        finish(submit(engine));
        assertStored(2);
        guest.await(guest.submit(engine));
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void batchesThatWaitForRoom_atOddDwords_allRun(HaswellEngine engine) {
        for (int slot = 0; slot < 6; slot++) {
            put(NOOP, BATCH, (int) batch(900 << 10, slot).graphicsAddress());
        }
        finish(submit(engine));
        assertStored(6);
        guest.await(guest.submit(engine));
    }

    @Test
    void batchesThatWait_whereverTheRingWraps_allRun() {
        int[] batches = new int[4];
        for (int slot = 0; slot < batches.length; slot++) {
            batches[slot] = (int) batch(900 << 10, slot).graphicsAddress();
        }
        for (int round = 0; round < 60; round++) {
            commands.clear();
            out.fill(0);
            for (int at = 0; at < 1 + 67 * round % 13; at++) {
                put(NOOP);
            }
            for (int address : batches) {
                put(BATCH, address);
                put(STORE_LONG, 0, out(8), round, 0);
            }
            put(NOOP);
            finish(submit(HaswellEngine.VCS));
            assertStored(batches.length);
            assertThat(out.read32(64)).isEqualTo(round);
        }
    }

    @Test
    void guestsThatChangeInBetween_loseNothing() {
        for (int slot = 0; slot < 12; slot++) {
            put(NOOP, BATCH, (int) batch(900 << 10, slot).graphicsAddress());
        }
        Request request = submit(HaswellEngine.BCS);
        for (int i = 0; i < 40 && !request.completed(); i++) {
            Request others = other.submit(HaswellEngine.BCS);
            world.pass(3);
            finish(others);
        }
        finish(request);
        assertStored(12);
        assertThat(other.complaints()).isEmpty();
    }
}
