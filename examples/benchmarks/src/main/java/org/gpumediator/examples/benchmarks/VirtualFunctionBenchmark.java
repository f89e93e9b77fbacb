package org.gpumediator.examples.benchmarks;

import java.util.concurrent.TimeUnit;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a virtual function costs the host: a trapped register read, and its whole way from request
 * to running and back. The fake board's clock is moved by whoever waits, so that only the
 * processor's work is measured, not the firmware's; the fake's own work is part of every number.
 *
 * <p>Beside the trapped read are a floor, one array behind one interface; the fake function alone,
 * as the trapped read ends there; and what one writes first, a sorted map of regions with a lock
 * around it, over the same fake function.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class VirtualFunctionBenchmark {

    private static final int PLAIN_REGISTER = 0x2300;
    private static final int TABLE = 0x1_0000;

    private final SteppedClock clock = new SteppedClock();
    private final FakeGuestMemory memory = new FakeGuestMemory();
    private final VmmPort port = VmmPort.of(memory, InterruptSink.none());
    private final FakeAda board = FakeAda.builder(AdaModel.L40).clock(clock).build();
    private final Mediator mediator = Mediator.builder(board).clock(clock).build();
    private final TrapHandler registers =
            mediator.create(VgpuRequest.ofType("first", "L40-8Q"), port).bar(0).handler();
    private final PhysicalGpu function = board.virtualFunction(0).orElseThrow();
    private final NaiveBus.Device floor = new Words();
    private final NaiveBus bus = new NaiveBus();

    /** Puts the function on the naive bus, around the table of its interrupts. */
    @Setup
    public void plug() {
        bus.add(0, TABLE, new Function(0));
        bus.add(TABLE, 0x1000, new Words());
        bus.add(TABLE + 0x1000, 0x2_f000, new Function(TABLE + 0x1000));
    }

    /** Closes everything. */
    @TearDown
    public void close() {
        mediator.close();
        memory.close();
    }

    /** An array. */
    private static final class Words implements NaiveBus.Device {

        private final int[] words = new int[TABLE / 4];

        @Override
        public int read(int offset) {
            return words[offset >>> 2 & words.length - 1];
        }

        @Override
        public void write(int offset, int value) {
            words[offset >>> 2 & words.length - 1] = value;
        }

        @Override
        public long sum() {
            return words[0];
        }
    }

    /** The fake function, from an offset on, one access at a time. */
    private final class Function implements NaiveBus.Device {

        private final int start;

        private Function(int start) {
            this.start = start;
        }

        @Override
        public synchronized int read(int offset) {
            return (int) function.read(0, start + offset, 4);
        }

        @Override
        public synchronized void write(int offset, int value) {
            function.write(0, start + offset, 4, Integer.toUnsignedLong(value));
        }

        @Override
        public long sum() {
            return 0;
        }
    }

    /** A register of BAR 0, trapped. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public long trappedRead() {
        return registers.read(PLAIN_REGISTER, 4);
    }

    /** The floor of a read. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public int readFloor() {
        return floor.read(PLAIN_REGISTER);
    }

    /** The same register of the fake function, with nobody before it. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public long readFunction() {
        return function.read(0, PLAIN_REGISTER, 4);
    }

    /** The same register over the naive bus. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public int readNaive() {
        return bus.read(PLAIN_REGISTER);
    }

    /** From the request to a running firmware task, and back to a scrubbed share. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public String createAndClose() {
        try (VirtualGpu vgpu = create()) {
            return vgpu.name();
        }
    }

    private VirtualGpu create() {
        return mediator.create(VgpuRequest.ofType("next", "L40-8Q"), port);
    }

    /** A place for the next virtual GPU. */
    @State(Scope.Thread)
    public static class Room {

        private @Nullable VirtualGpu made;

        /** Takes away what was made. */
        @TearDown(Level.Invocation)
        public void clear() {
            if (made != null) {
                made.close();
            }
        }
    }

    /** From the request to a running firmware task. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public VirtualGpu create(Room room) {
        VirtualGpu vgpu = create();
        room.made = vgpu;
        return vgpu;
    }

    /** A virtual GPU that runs. */
    @State(Scope.Thread)
    public static class Running {

        private @Nullable VirtualGpu running;

        /** Makes one. */
        @Setup(Level.Invocation)
        public void create(VirtualFunctionBenchmark benchmark) {
            running = benchmark.create();
        }
    }

    /** From a running firmware task to a scrubbed share that is free again. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public void destroy(Running running) {
        if (running.running != null) {
            running.running.close();
        }
    }
}
