package org.gpumediator.examples.policylab.common;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Does independent pieces of work on several threads; the answers come in the order of the work.
 */
public final class Parallel {

    /** Who is told how far it has got. */
    @FunctionalInterface
    public interface Progress {

        /** Tells that some pieces of all are done; called on the thread that did the last. */
        void done(int pieces, int all);
    }

    private Parallel() {}

    /**
     * Does the work and waits for all of it.
     *
     * @param threads positive
     * @throws RuntimeException what a piece threw, the first in order
     */
    public static <A, B> List<B> map(
            List<A> work, int threads, Progress progress, Function<A, B> piece) {
        AtomicInteger done = new AtomicInteger();
        List<Future<B>> futures = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (A one : work) {
                futures.add(
                        executor.submit(
                                () -> {
                                    B answer = piece.apply(one);
                                    progress.done(done.incrementAndGet(), work.size());
                                    return answer;
                                }));
            }
            List<B> answers = new ArrayList<>();
            for (Future<B> future : futures) {
                answers.add(future.get());
            }
            return answers;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", stopped);
        }
    }
}
