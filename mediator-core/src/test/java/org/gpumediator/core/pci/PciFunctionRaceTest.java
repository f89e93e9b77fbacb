package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gpumediator.api.ResetKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PciFunctionRaceTest {

    private static final int ROUNDS = 20_000;

    private final RecordingPort vmm = new RecordingPort();

    @Test
    void unmask_racingWithSignals_losesNone() throws Exception {
        PciFunction function = Functions.build(Functions.virtual(), vmm);
        function.write(0x04, 2, 4);
        function.write(0x7e, 2, 0x8000);
        runTogether(
                () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        function.signal(i % 6);
                    }
                    return null;
                },
                () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        int vector = i % 6;
                        function.msixTable().table().write(vector * 16 + 12, 4, i & 1);
                        function.write(0x7e, 2, (i & 2) == 0 ? 0x8000 : 0xc000);
                    }
                    return null;
                });
        vmm.takeRaised();
        for (int vector = 0; vector < 6; vector++) {
            function.msixTable().table().write(vector * 16 + 12, 4, 1);
            function.signal(vector);
        }
        function.write(0x7e, 2, 0x8000);
        for (int vector = 0; vector < 6; vector++) {
            function.msixTable().table().write(vector * 16 + 12, 4, 0);
        }
        assertThat(vmm.takeRaised()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(function.msixTable().pendingBits().read(0, 8)).isZero();
    }

    @Test
    void everything_racing_keepsTheLineAlternating() throws Exception {
        PciFunction function = Functions.build(Functions.integrated(), vmm);
        runTogether(
                () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        function.level((i & 1) == 0);
                    }
                    return null;
                },
                () -> {
                    Random random = Seed.random();
                    for (int i = 0; i < ROUNDS; i++) {
                        function.write(random.nextInt(256), 4, random.nextInt());
                    }
                    return null;
                },
                () -> {
                    for (int i = 0; i < ROUNDS / 10; i++) {
                        function.reset(ResetKind.values()[i % 3]);
                        function.snapshot();
                    }
                    return null;
                });
        function.reset(ResetKind.BUS);
        assertThat(vmm.isAsserted()).isFalse();
        assertThat(vmm.edges() % 2).isZero();
    }

    @SafeVarargs
    private static void runTogether(Callable<Void>... tasks)
            throws InterruptedException, ExecutionException {
        CyclicBarrier start = new CyclicBarrier(tasks.length);
        try (ExecutorService threads = Executors.newFixedThreadPool(tasks.length)) {
            List<Future<Void>> results = new ArrayList<>();
            for (Callable<Void> task : tasks) {
                results.add(
                        threads.submit(
                                () -> {
                                    start.await();
                                    return task.call();
                                }));
            }
            for (Future<Void> result : results) {
                result.get();
            }
        }
    }
}
