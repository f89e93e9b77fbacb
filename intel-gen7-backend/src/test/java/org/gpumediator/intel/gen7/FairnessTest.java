package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.schedule.RoundRobin;
import org.gpumediator.core.schedule.WeightedFair;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.FakeHaswell.CommandTiming;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shares of the engines, with commands that take their modelled time. */
class FairnessTest {

    private static final int USER_BATCH = 0x1880_2100;
    private static final int BATCH_END = 0x0500_0000;
    private static final int DRAW = 0x7b00_0005;
    private static final int DRAW_DWORDS = 7;
    private static final int DRAWS = 10;
    private static final int RING_BYTES = 16 << 10;
    private static final long TICK = 50_000;

    /** More than the mediator's own commands for one switch. */
    private static final int SWITCH_COMMANDS = 30;

    /** Guests that always have draws queued. */
    private static final class Busy implements AutoCloseable {

        final World world =
                new World(FakeHaswell.builder().timing(CommandTiming.MODELLED).build(), Map.of());
        final List<FakeVmm> vmms = new ArrayList<>();
        private final List<ScriptedHaswellGuest> guests = new ArrayList<>();
        private final List<GuestObject> batches = new ArrayList<>();

        Busy(int count, String... weights) {
            for (int i = 0; i < count; i++) {
                VgpuRequest request = World.quotas("vm" + i, 32, 64, 2);
                if (weights.length > i) {
                    request = request.with("weight", weights[i]);
                }
                FakeVmm vmm = world.vmm(request);
                vmms.add(vmm);
                guests.add(world.guest(vmm).boot());
            }
            for (ScriptedHaswellGuest guest : guests) {
                GuestObject batch = guest.allocate(4096);
                for (int draw = 0; draw < DRAWS; draw++) {
                    batch.write32(4L * DRAW_DWORDS * draw, DRAW);
                }
                batch.write32(4L * DRAW_DWORDS * DRAWS, BATCH_END);
                batches.add(batch);
            }
        }

        Busy policy(SchedulingPolicy policy) {
            world.mediator.ability(SchedulingControl.class).orElseThrow().policy(policy);
            return this;
        }

        void run(long nanos) {
            long end = world.clock.nanoTime() + nanos;
            int ticks = 0;
            while (world.clock.nanoTime() < end) {
                if (ticks++ % 100 == 0) {
                    fill();
                }
                world.clock.advanceNanos(TICK);
                world.gpu.advance(world.clock.nanoTime(), 10_000);
                world.mediator.step();
            }
        }

        private void fill() {
            for (int i = 0; i < guests.size(); i++) {
                var hostile = guests.get(i).hostile();
                int head = hostile.peekRegister(0x2034) & 0x1f_fffc;
                int tail = hostile.peekRegister(0x2030);
                int queued = Math.floorMod(tail - head, RING_BYTES) / 8;
                if (queued < 150) {
                    int[] jumps = new int[2 * (200 - queued)];
                    for (int at = 0; at < jumps.length; at += 2) {
                        jumps[at] = USER_BATCH;
                        jumps[at + 1] = (int) batches.get(i).graphicsAddress();
                    }
                    hostile.bareRing(HaswellEngine.RCS, jumps);
                }
            }
        }

        long busy(int guest) {
            return vmms.get(guest).gpu().statistics().counter("engines.busy.nanos");
        }

        long switches() {
            return world.mediator.statistics().counter("engines.switches");
        }

        long executed() {
            return world.gpu.status(HaswellEngine.RCS).commandsExecuted()
                    - SWITCH_COMMANDS * switches();
        }

        @Override
        public void close() {
            world.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 7})
    void share_equalWeights_isEqualOverAThousandSlices(int count) {
        try (Busy busy = new Busy(count).policy(new RoundRobin(2_000_000))) {
            busy.run(50_000_000);
            long[] before = new long[count];
            for (int i = 0; i < count; i++) {
                before[i] = busy.busy(i);
            }
            long switches = busy.switches();
            while (busy.switches() - switches < 1000) {
                busy.run(100_000_000);
            }
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < count; i++) {
                double share = busy.busy(i) - before[i];
                sum += share;
                squares += share * share;
            }
            assertThat(sum * sum / (count * squares)).isGreaterThanOrEqualTo(0.99);
            for (FakeVmm vmm : busy.vmms) {
                assertThat(vmm.gpu().statistics().counter("rcs.cut-off")).isZero();
            }
        }
    }

    @Test
    void share_weightsOneTwoFour_isHonouredWithinTwoPercent() {
        try (Busy busy = new Busy(3, "1", "2", "4").policy(new WeightedFair(2_000_000))) {
            busy.run(50_000_000);
            long[] before = {busy.busy(0), busy.busy(1), busy.busy(2)};
            busy.run(3_000_000_000L);
            double sum = 0;
            for (int i = 0; i < 3; i++) {
                sum += busy.busy(i) - before[i];
            }
            for (int i = 0; i < 3; i++) {
                double wanted = (1 << i) / 7.0;
                assertThat((busy.busy(i) - before[i]) / sum / wanted).isBetween(0.98, 1.02);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void throughput_mediated_isNearlyThatOfTheHardwareAlone(int count) {
        long nanos = 1_500_000_000L;
        long alone = aloneFor(nanos);
        try (Busy busy = new Busy(count)) {
            busy.run(50_000_000);
            long before = busy.executed();
            busy.run(nanos);
            assertThat((double) (busy.executed() - before) / alone).isBetween(0.97, 1.01);
        }
    }

    /** Returns how many commands of the same stream the hardware executes without a mediator. */
    private static long aloneFor(long nanos) {
        FakeHaswell gpu = FakeHaswell.builder().timing(CommandTiming.MODELLED).build();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(RING_BYTES + 4096, 4096);
            for (int at = 0; at < RING_BYTES; at += 8) {
                memory.set(ValueLayout.JAVA_INT, at, 0x1880_0000);
                memory.set(ValueLayout.JAVA_INT, at + 4, RING_BYTES);
            }
            for (int draw = 0; draw < DRAWS; draw++) {
                memory.set(ValueLayout.JAVA_INT, RING_BYTES + 4L * DRAW_DWORDS * draw, DRAW);
            }
            memory.set(ValueLayout.JAVA_INT, RING_BYTES + 4L * DRAW_DWORDS * DRAWS, BATCH_END);
            long bus = gpu.mapForDma(memory, DmaAccess.READ_WRITE);
            for (int page = 0; page <= RING_BYTES / 4096; page++) {
                long address = bus + page * 4096L;
                int entry = (int) address & 0xffff_f000 | (int) (address >> 28) & 0x7f0 | 1;
                gpu.write(0, 0x20_0000 + 4L * page, 4, Integer.toUnsignedLong(entry));
            }
            gpu.write(0, 0x2038, 4, 0);
            gpu.write(0, 0x203c, 4, RING_BYTES - 4096 | 1);
            long start = gpu.status(HaswellEngine.RCS).commandsExecuted();
            for (long now = TICK; now <= nanos; now += TICK) {
                int head = (int) gpu.read(0, 0x2034, 4) & 0x1f_fffc;
                gpu.write(0, 0x2030, 4, Math.floorMod(head - 64 & ~7, RING_BYTES));
                gpu.advance(now, 10_000);
            }
            return gpu.status(HaswellEngine.RCS).commandsExecuted() - start;
        }
    }
}
