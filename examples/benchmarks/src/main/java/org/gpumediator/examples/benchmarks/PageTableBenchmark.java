package org.gpumediator.examples.benchmarks;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A submission of a guest whose page directories are full: 512 pages of tables each, 2 MiB, of
 * which one in eight holds 1,024 different entries and the others lead to one page throughout, as
 * with a real driver. Each submission loads the next of its directories.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PageTableBenchmark {

    private static final long MIB = 1L << 20;
    private static final long PAGE = 4096;
    private static final long TABLE = 0x20_0000;
    private static final long FLUSH = 0x10_1008;
    private static final int SLOTS = 512;
    private static final int ENTRIES = 1024;
    private static final int MIXED = 8;
    private static final long RCS_TAIL = 0x2030;
    private static final long RCS_START = 0x2038;
    private static final int RING_BYTES = 16 * 1024;
    private static final int SUBMISSION_BYTES = 64;
    private static final int LOAD_TWO_REGISTERS = 0x1100_0003;
    private static final int RCS_PP_DCLV = 0x2220;
    private static final int RCS_PP_DIR_BASE = 0x2228;

    /** Where the tables are in the guest's memory, above what the driver uses. */
    private static final long TABLES = 64 * MIB;

    /** How many directories take turns. */
    @Param({"1", "4"})
    public int directories = 1;

    /** How many tables the guest's processor writes to between two submissions. */
    @Param({"0", "1"})
    public int changed;

    /** Whether the VMM tells of writes. */
    @Param({"false", "true"})
    public boolean tracked;

    private final SteppedClock clock = new SteppedClock();
    private final FakeHaswell gpu = FakeHaswell.create();
    private final Mediator mediator = Mediator.builder(gpu).clock(clock).build();
    private @Nullable Guest guest;
    private int round;

    private void step() {
        clock.advanceNanos(50_000);
        long ignored = gpu.advance(clock.nanoTime(), 10_000);
        mediator.step();
    }

    /** Boots the guest, makes its directories, and fills its ring with submissions. */
    @Setup
    public void boot() {
        Guest booted = new Guest();
        guest = booted;
        for (int i = 0; i < RING_BYTES / SUBMISSION_BYTES; i++) {
            booted.submit();
            step();
        }
        Object faults = booted.vmm.gpu().statistics().faults();
        if (gpu.busFaultCount() != 0 || !faults.equals(Map.of())) {
            throw new IllegalStateException("the submissions are no valid ones: " + faults);
        }
    }

    private Guest guest() {
        return Objects.requireNonNull(guest, "not booted");
    }

    /** A booted guest with full directories and a ring full of submissions. */
    private final class Guest {

        final FakeVmm vmm;
        private final TrapHandler registers;
        private int tail;

        Guest() {
            FakeVmm.Builder builder = FakeVmm.builder().ram(TABLES + directories * 2L * MIB);
            vmm = (tracked ? builder : builder.withoutWriteTracking()).build();
            vmm.plug(
                    mediator.create(
                            VgpuRequest.ofQuotas(
                                            "vm1",
                                            Map.of("aperture", 64 * MIB, "hidden", 384 * MIB))
                                    .with("gtt", "strict"),
                            vmm.port()));
            ScriptedHaswellGuest driver =
                    ScriptedHaswellGuest.on(vmm)
                            .stepping(PageTableBenchmark.this::step)
                            .build()
                            .boot();
            registers = vmm.gpu().bar(0).handler();
            int first = (int) (driver.hiddenBase() / PAGE) + SLOTS - 1 & -SLOTS;
            for (int i = 0; i < directories; i++) {
                makeDirectory(i, first + i * SLOTS, (int) driver.guestPage());
            }
            registers.write(FLUSH, 4, 1);
            tail = (int) registers.read(RCS_TAIL, 4);
            fillRing(first);
        }

        private void makeDirectory(int number, int index, int page) {
            int[] entries = new int[ENTRIES];
            for (int slot = 0; slot < SLOTS; slot++) {
                for (int i = 0; i < ENTRIES; i++) {
                    entries[i] = (slot % MIXED == 0 ? (int) (i * PAGE) : page) | 1;
                }
                store(table(number, slot), MemorySegment.ofArray(entries));
                long entry = table(number, slot) | 1;
                registers.write(TABLE + 4L * (index + slot), 4, entry);
            }
        }

        private void store(long guestPhysical, MemorySegment bytes) {
            if (!vmm.memory().write(guestPhysical, bytes)) {
                throw new IllegalStateException("no memory at " + guestPhysical);
            }
        }

        /** From the tail on, so that each submission begins with its load. */
        private void fillRing(int firstDirectory) {
            int[] dwords = new int[RING_BYTES / 4];
            for (int i = 0; i < RING_BYTES / SUBMISSION_BYTES; i++) {
                int index = firstDirectory + i % directories * SLOTS;
                int[] load = {
                    LOAD_TWO_REGISTERS, RCS_PP_DCLV, -1, RCS_PP_DIR_BASE, index / 16 << 16
                };
                for (int j = 0; j < load.length; j++) {
                    dwords[(tail + i * SUBMISSION_BYTES) / 4 + j & dwords.length - 1] = load[j];
                }
            }
            long start = registers.read(RCS_START, 4);
            MemorySegment commands = MemorySegment.ofArray(dwords);
            for (int page = 0; page < RING_BYTES / PAGE; page++) {
                int entry = (int) registers.read(TABLE + 4 * (start / PAGE + page), 4);
                long guestPhysical = Integer.toUnsignedLong(entry & 0xffff_f000);
                store(guestPhysical, commands.asSlice(page * PAGE, PAGE));
            }
        }

        void submit() {
            tail = (tail + SUBMISSION_BYTES) % RING_BYTES;
            registers.write(RCS_TAIL, 4, tail);
        }
    }

    private static long table(int directory, int slot) {
        return TABLES + ((long) directory * SLOTS + slot) * PAGE;
    }

    /** Closes everything. */
    @TearDown
    public void close() {
        mediator.close();
        guest().vmm.close();
    }

    /** A submission, until its commands have run. */
    @Benchmark
    public void submission() {
        Guest submitting = guest();
        round++;
        for (int i = 0; i < changed; i++) {
            long table = table(round % directories, round / directories % SLOTS);
            long entry = (long) (round & 0xff) << 12 | 1;
            submitting.vmm.memory().cpuWrite(table + 4L * (ENTRIES - 1), 4, entry);
        }
        submitting.submit();
        long ignored = gpu.advance(clock.nanoTime(), 1_000);
        mediator.step();
    }
}
