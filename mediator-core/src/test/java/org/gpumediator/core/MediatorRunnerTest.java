package org.gpumediator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.gpumediator.api.MediationClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class MediatorRunnerTest {

    private final PaperBackend.Provider provider = new PaperBackend.Provider();
    private final Mediator mediator =
            Mediator.builder(PaperGpu.of(0x1234, 1))
                    .backend(provider)
                    .clock(MediationClock.system())
                    .build();
    private final Semaphore steps = new Semaphore(0);
    private final AtomicInteger threads = new AtomicInteger();

    private MediatorRunner start() {
        provider.backend().onStep = steps::release;
        return MediatorRunner.start(
                mediator,
                work -> {
                    threads.incrementAndGet();
                    return new Thread(work, "stepper");
                });
    }

    @AfterEach
    void close() {
        mediator.close();
    }

    @Test
    void start_stepsOnceAndParksWhereNothingIsDue() throws Exception {
        try (MediatorRunner runner = start()) {
            steps.acquire();
            runner.wake();
            steps.acquire();
            assertThat(threads).hasValue(1);
            assertThat(runner.failure()).isEmpty();
        }
    }

    @Test
    void deadline_passed_stepsAgainByItself() throws Exception {
        provider.backend().deadline = System.nanoTime();
        try (MediatorRunner runner = start()) {
            steps.acquire(10);
            assertThat(runner.failure()).isEmpty();
        }
    }

    @Test
    void backendThatNeedsAStep_wakesTheRunner() throws Exception {
        try (MediatorRunner runner = start()) {
            steps.acquire();
            provider.backend().context.stepNeeded().run();
            steps.acquire();
            assertThat(runner.failure()).isEmpty();
        }
        provider.backend().context.stepNeeded().run();
    }

    @Test
    void wakeDuringAStep_isNotLost() throws Exception {
        AtomicInteger count = new AtomicInteger();
        MediatorRunner[] runner = new MediatorRunner[1];
        Semaphore known = new Semaphore(0);
        provider.backend().onStep =
                () -> {
                    known.acquireUninterruptibly();
                    known.release();
                    if (count.incrementAndGet() == 1) {
                        runner[0].wake();
                    }
                    steps.release();
                };
        runner[0] = MediatorRunner.start(mediator, Thread::new);
        known.release();
        steps.acquire(2);
        runner[0].close();
        assertThat(count.get()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void stepThatThrows_isKeptAndTheNextOneComes() throws Exception {
        Semaphore failing = new Semaphore(0);
        provider.backend().onStep =
                () -> {
                    failing.release();
                    throw new InternalError("broken");
                };
        try (MediatorRunner runner = MediatorRunner.start(mediator, Thread::new)) {
            failing.acquire(3);
            assertThat(runner.failures()).isGreaterThanOrEqualTo(2);
            assertThat(runner.failure()).get().isInstanceOf(InternalError.class);
            provider.backend().onStep = steps::release;
            steps.acquire(1);
            runner.wake();
            steps.acquire(1);
            assertThat(runner.failure()).isEmpty();
        }
    }

    @Test
    void close_duringFailures_endsTheThread() throws Exception {
        Semaphore failing = new Semaphore(0);
        provider.backend().onStep =
                () -> {
                    failing.release();
                    throw new InternalError("broken");
                };
        Thread[] thread = new Thread[1];
        MediatorRunner runner =
                MediatorRunner.start(mediator, work -> thread[0] = new Thread(work));
        failing.acquire();
        runner.close();
        assertThat(thread[0].isAlive()).isFalse();
    }

    @Test
    void close_endsTheThread() {
        Thread[] thread = new Thread[1];
        MediatorRunner runner =
                MediatorRunner.start(mediator, work -> thread[0] = new Thread(work));
        runner.close();
        runner.close();
        assertThat(thread[0].isAlive()).isFalse();
    }
}
