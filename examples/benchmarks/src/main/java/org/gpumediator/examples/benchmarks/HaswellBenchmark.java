package org.gpumediator.examples.benchmarks;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a guest's hot paths cost in the Haswell backend, on a fake whose commands take no time:
 * registers, table entries strict and relaxed, a tail write until its commands have run, and a
 * change of guests on the engines.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HaswellBenchmark {

    private static final long MIB = 1L << 20;
    private static final int ENTRIES = 1024;
    private static final long TABLE = 0x20_0000;
    private static final long FLUSH = 0x10_1008;
    private static final long PLAIN_REGISTER = 0x4_5008;
    private static final long RCS_TAIL = 0x2030;
    private static final int RING_BYTES = 16 * 1024;
    private static final int SUBMISSION_BYTES = 64;

    private final SteppedClock clock = new SteppedClock();
    private final FakeHaswell gpu = FakeHaswell.create();
    private final Mediator mediator = Mediator.builder(gpu).clock(clock).build();
    private final Guest strict = new Guest("strict");
    private final Guest relaxed = new Guest("relaxed");
    private int round;

    /** A booted guest and what the benchmarks use of it. */
    private final class Guest {

        final FakeVmm vmm = FakeVmm.create();
        final TrapHandler registers;
        final int firstEntry;
        final int page;
        int tail;

        Guest(String table) {
            vmm.plug(
                    mediator.create(
                            VgpuRequest.ofQuotas(
                                            table,
                                            Map.of("aperture", 64 * MIB, "hidden", 384 * MIB))
                                    .with("gtt", table),
                            vmm.port()));
            ScriptedHaswellGuest guest =
                    ScriptedHaswellGuest.on(vmm)
                            .stepping(HaswellBenchmark.this::step)
                            .build()
                            .boot();
            registers = vmm.gpu().bar(0).handler();
            // The middle of the hidden share: nothing of the guest's own is there.
            firstEntry = (int) ((guest.hiddenBase() + guest.hiddenSize() / 2) / 4096);
            page = (int) guest.guestPage() | 1;
            tail = (int) registers.read(RCS_TAIL, 4);
        }

        MemorySegment tableMemory() {
            DirectWindow window = vmm.gpu().bar(0).directWindows().getFirst();
            return window.backing().segment().asSlice(window.backingOffset(), window.length());
        }

        /**
         * Queues 16 dwords of whatever is in the ring behind its tail: commands that have run
         * before, or MI_NOOP.
         */
        void submit() {
            tail = (tail + SUBMISSION_BYTES) % RING_BYTES;
            registers.write(RCS_TAIL, 4, tail);
        }
    }

    private void step() {
        clock.advanceNanos(50_000);
        long ignored = gpu.advance(clock.nanoTime(), 10_000);
        mediator.step();
    }

    /** Fills the rings with MI_NOOP, so that every submission costs the same. */
    @Setup
    public void quietRings() {
        for (Guest guest : new Guest[] {strict, relaxed}) {
            long start = guest.registers.read(0x2038, 4);
            for (int page = 0; page < RING_BYTES / 4096; page++) {
                int entry = (int) guest.registers.read(TABLE + 4 * (start / 4096 + page), 4);
                long guestPhysical = Integer.toUnsignedLong(entry & 0xffff_f000);
                if (!guest.vmm
                        .memory()
                        .write(guestPhysical, MemorySegment.ofArray(new byte[4096]))) {
                    throw new IllegalStateException("ring page is not in memory");
                }
            }
        }
    }

    /** Closes everything. */
    @TearDown
    public void close() {
        mediator.close();
        strict.vmm.close();
        relaxed.vmm.close();
    }

    /** A register that is plain storage. */
    @Benchmark
    public long registerRead() {
        return strict.registers.read(PLAIN_REGISTER, 4);
    }

    /** A register that is plain storage. */
    @Benchmark
    public void registerWrite() {
        strict.registers.write(PLAIN_REGISTER, 4, round++);
    }

    /** Entries of the translation table through the trap, with the flush that follows. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public void tableWriteStrict() {
        int entry = strict.page | (round++ & 3) << 1;
        for (int i = 0; i < ENTRIES; i++) {
            strict.registers.write(TABLE + 4L * (strict.firstEntry + i), 4, entry);
        }
        strict.registers.write(FLUSH, 4, 1);
    }

    /**
     * Entries of the translation table through mapped memory, audited at the flush that follows.
     */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public void tableWriteRelaxed() {
        int entry = relaxed.page | (round++ & 3) << 1;
        MemorySegment table = relaxed.tableMemory();
        for (int i = 0; i < ENTRIES; i++) {
            table.set(ValueLayout.JAVA_INT, 4L * (relaxed.firstEntry + i), entry);
        }
        relaxed.registers.write(FLUSH, 4, 1);
    }

    /** A tail write of the guest that is on, until 16 no-ops have been audited, copied and run. */
    @Benchmark
    public void tailWriteToIdle() {
        strict.submit();
        long ignored = gpu.advance(clock.nanoTime(), 1_000);
        mediator.step();
    }

    /**
     * A tail write of the guest that is off, until it is on and its 16 no-ops have run: one change
     * of guests.
     */
    @Benchmark
    public void changeOfGuests() {
        Guest next = (round++ & 1) == 0 ? strict : relaxed;
        next.submit();
        for (int i = 0; i < 4; i++) {
            clock.advanceNanos(1_000);
            long ignored = gpu.advance(clock.nanoTime(), 1_000);
            mediator.step();
        }
    }
}
