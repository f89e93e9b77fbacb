package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.junit.jupiter.api.Test;

class ThreadsTest {

    private static final int ROUNDS = 2000;

    @Test
    void endlessBatch_registersAndMappings_goOnTogether()
            throws ExecutionException, InterruptedException {
        try (Bench bench = new Bench();
                ExecutorService others = Executors.newFixedThreadPool(3)) {
            bench.startAll();
            bench.enableInterrupts(HaswellEngine.RCS);
            int[] loop = new CommandStream().userInterrupt().batch(Bench.DATA, 0).toArray();
            bench.put(Bench.DATA, loop);
            bench.submit(HaswellEngine.RCS, new CommandStream().batch(Bench.DATA, 0));
            AtomicLong acknowledged = new AtomicLong();
            bench.gpu.onInterrupt(
                    vector -> {
                        bench.reg(0x4_4018, -1);
                        acknowledged.incrementAndGet();
                    });
            Future<?> executes =
                    others.submit(
                            () -> {
                                for (int i = 0; i < ROUNDS; i++) {
                                    bench.gpu.advance(i, 100);
                                }
                            });
            Future<?> reads =
                    others.submit(
                            () -> {
                                for (int i = 0; i < ROUNDS; i++) {
                                    bench.reg(0x2074);
                                    bench.reg(0x2_4000, i);
                                }
                            });
            Future<?> maps =
                    others.submit(
                            () -> {
                                for (int i = 0; i < ROUNDS; i++) {
                                    bench.gpu.unmapForDma(
                                            bench.gpu.mapForDma(bench.memory, DmaAccess.READ_ONLY));
                                }
                            });
            executes.get();
            reads.get();
            maps.get();
            assertThat(acknowledged.get()).isPositive();
            assertThat(bench.reg(0x2_4000)).isEqualTo(ROUNDS - 1);
            assertThat(bench.gpu.status(HaswellEngine.RCS).commandsExecuted())
                    .isEqualTo(100L * ROUNDS);
            assertThat(bench.gpu.busFaults()).isEmpty();
        }
    }
}
