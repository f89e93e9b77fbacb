package org.gpumediator.testkit.contract;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;
import org.gpumediator.core.schedule.RoundRobin;

/** Each test of the contract sees the policy that breaks its promise. */
class SchedulingPolicyMutantsTest extends MutantsTest<SchedulingPolicyContract> {

    private static final long MS = 1_000_000;

    SchedulingPolicyMutantsTest() {
        super(SchedulingPolicyContract.class);
    }

    private static class Altered implements SchedulingPolicy {

        private final RoundRobin sound = new RoundRobin();

        @Override
        public String name() {
            return sound.name();
        }

        @Override
        public Slice next(RunQueue queue) {
            return sound.next(queue);
        }
    }

    private static SchedulingPolicyContract held(Supplier<SchedulingPolicy> policy) {
        return new SchedulingPolicyContract() {
            @Override
            protected SchedulingPolicy policy() {
                return policy.get();
            }
        };
    }

    @Override
    SchedulingPolicyContract sound() {
        return held(RoundRobin::new);
    }

    private static Mutant<SchedulingPolicyContract> mutant(
            String test, String promise, Supplier<SchedulingPolicy> policy) {
        return new Mutant<>(test, promise, () -> held(policy));
    }

    @Override
    List<Mutant<SchedulingPolicyContract>> mutants() {
        return List.of(
                mutant("name_always_isWrittenEasily", "two words", Shouting::new),
                mutant("next_anyQueue_answersSomebodyOfIt", "a stranger", Stranger::new),
                mutant("next_anyQueue_answersSomebodyOfIt", "throws", Throwing::new),
                mutant("next_twice_answersTheSame", "remembers", Remembering::new),
                mutant("preempts_twice_answersTheSame", "changes its mind", Fickle::new),
                mutant("next_oneAlone_runs", "runs nobody", Idling::new),
                mutant("next_equalsWithWork_allRun", "always the first", FirstOnly::new));
    }

    private static final class Shouting extends Altered {
        @Override
        public String name() {
            return "My Policy";
        }
    }

    private static final class Stranger extends Altered {
        @Override
        public Slice next(RunQueue queue) {
            return new Slice(1_000, MS);
        }
    }

    private static final class Throwing extends Altered {
        @Override
        public Slice next(RunQueue queue) {
            return new Slice(queue.clients().getFirst().id(), MS);
        }
    }

    private static final class Remembering extends Altered {

        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public Slice next(RunQueue queue) {
            return Slice.idle(asked.incrementAndGet() * MS);
        }
    }

    private static final class Fickle extends Altered {

        private boolean mood;

        @Override
        public boolean preempts(RunQueue.Client woken, RunQueue.Client running, long since) {
            mood = !mood;
            return mood;
        }
    }

    private static final class Idling extends Altered {
        @Override
        public Slice next(RunQueue queue) {
            return Slice.idle(MS);
        }
    }

    private static final class FirstOnly extends Altered {
        @Override
        public Slice next(RunQueue queue) {
            return queue.clients().isEmpty()
                    ? Slice.idle(MS)
                    : new Slice(queue.clients().getFirst().id(), MS);
        }
    }
}
