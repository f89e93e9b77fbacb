package org.gpumediator.examples.benchmarks;

import java.util.concurrent.TimeUnit;
import org.gpumediator.api.InterruptSink;
import org.gpumediator.api.TrapHandler;
import org.gpumediator.api.VirtualGpu;
import org.gpumediator.api.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a virtual function costs the host: a trapped register read, and its whole way from request
 * to running and back. The fake board's clock is moved by whoever waits, so that only the
 * processor's work is measured, not the firmware's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class VirtualFunctionBenchmark {

    private static final int PLAIN_REGISTER = 0x2300;

    private final SteppedClock clock = new SteppedClock();
    private final FakeGuestMemory memory = new FakeGuestMemory();
    private final VmmPort port = VmmPort.of(memory, InterruptSink.none());
    private final Mediator mediator =
            Mediator.builder(FakeAda.builder(AdaModel.L40).clock(clock).build())
                    .clock(clock)
                    .build();
    private final TrapHandler registers =
            mediator.create(VgpuRequest.ofType("first", "L40-8Q"), port).bar(0).handler();

    /** Closes everything. */
    @TearDown
    public void close() {
        mediator.close();
        memory.close();
    }

    /** A register of BAR 0, trapped. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public long trappedRead() {
        return registers.read(PLAIN_REGISTER, 4);
    }

    /** From the request to a running firmware task, and back to a scrubbed share. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public String createAndClose() {
        try (VirtualGpu vgpu = mediator.create(VgpuRequest.ofType("next", "L40-8Q"), port)) {
            return vgpu.name();
        }
    }
}
