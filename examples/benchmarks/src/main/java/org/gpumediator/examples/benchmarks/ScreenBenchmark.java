package org.gpumediator.examples.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.gpumediator.api.vmm.Displays;
import org.gpumediator.api.vmm.Picture;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.guest.GuestPort;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a picture of a guest's screen costs, against a plain copy of as many bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ScreenBenchmark {

    private static final long MIB = 1L << 20;
    private static final int WIDTH = 1920;
    private static final int HEIGHT = 1080;
    private static final int PLANE_CONTROL = 0x7_0180;
    private static final int PLANE_STRIDE = 0x7_0188;
    private static final int TILED = 1 << 10;

    private final SteppedClock clock = new SteppedClock();
    private final FakeHaswell gpu = FakeHaswell.create();
    private final Mediator mediator = Mediator.builder(gpu).clock(clock).build();
    private final FakeVmm vmm = FakeVmm.builder().ram(64 * MIB).build();
    private final Picture picture = new Picture();
    private final int[] pixels = new int[WIDTH * HEIGHT];
    private final MemorySegment bytes =
            Arena.ofAuto().allocate((long) pixels.length * Integer.BYTES);
    private final Displays displays =
            vmm.plug(
                            mediator.create(
                                    VgpuRequest.ofQuotas(
                                                    "vm1",
                                                    Map.of(
                                                            "aperture",
                                                            64 * MIB,
                                                            "hidden",
                                                            64 * MIB))
                                            .with("display", "dp-b:" + WIDTH + "x" + HEIGHT),
                                    vmm.port()))
                    .gpu()
                    .ability(Displays.class)
                    .orElseThrow();
    private final ScriptedHaswellGuest guest =
            ScriptedHaswellGuest.on(vmm).stepping(this::step).build().boot();

    private void step() {
        clock.advanceNanos(50_000);
        long ignored = gpu.advance(clock.nanoTime(), 10_000);
        mediator.step();
    }

    /** Lights a screen. */
    @Setup
    public void light() {
        guest.displays().light(0, GuestPort.DP_B, guest.allocate(9 * MIB));
    }

    /** Closes everything. */
    @TearDown
    public void close() {
        mediator.close();
        vmm.close();
    }

    /** The floor: as many bytes as the screen has, copied at once. */
    @Benchmark
    public int[] plainCopy() {
        MemorySegment.copy(bytes, ValueLayout.JAVA_INT, 0, pixels, 0, pixels.length);
        return pixels;
    }

    /** A linear frame. */
    @Benchmark
    public boolean drawLinear() {
        return displays.draw(0, picture);
    }

    /** The frame as X-tiles. */
    @Benchmark
    public boolean drawTiled(Tiled tiled) {
        return tiled.screen.displays.draw(0, tiled.screen.picture);
    }

    /** A screen whose surface is X-tiled. */
    @State(Scope.Thread)
    public static class Tiled {

        final ScreenBenchmark screen = new ScreenBenchmark();

        /** Lights it. */
        @Setup
        public void light() {
            screen.light();
            int control = screen.guest.hostile().peekRegister(PLANE_CONTROL);
            screen.guest.hostile().pokeRegister(PLANE_STRIDE, 8192);
            screen.guest.hostile().pokeRegister(PLANE_CONTROL, control | TILED);
        }

        /** Closes everything. */
        @TearDown
        public void close() {
            screen.close();
        }
    }
}
