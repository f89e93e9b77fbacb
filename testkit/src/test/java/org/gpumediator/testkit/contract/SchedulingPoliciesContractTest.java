package org.gpumediator.testkit.contract;

import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.schedule.AdaptiveRoundRobin;
import org.gpumediator.core.schedule.BestEffort;
import org.gpumediator.core.schedule.EqualShare;
import org.gpumediator.core.schedule.FixedShare;
import org.gpumediator.core.schedule.RoundRobin;
import org.gpumediator.core.schedule.StrictPriority;
import org.gpumediator.core.schedule.WeightedFair;
import org.junit.jupiter.api.Nested;

/** Every policy that is ready-made keeps what policies promise. */
class SchedulingPoliciesContractTest {

    @Nested
    class RoundRobinTests extends SchedulingPolicyContract {
        @Override
        protected SchedulingPolicy policy() {
            return new RoundRobin();
        }
    }

    @Nested
    class WeightedFairTests extends SchedulingPolicyContract {
        @Override
        protected SchedulingPolicy policy() {
            return new WeightedFair();
        }
    }

    @Nested
    class StrictPriorityTests extends SchedulingPolicyContract {
        @Override
        protected SchedulingPolicy policy() {
            return new StrictPriority();
        }
    }

    @Nested
    class BestEffortTests extends SchedulingPolicyContract {
        @Override
        protected SchedulingPolicy policy() {
            return new BestEffort();
        }
    }

    @Nested
    class EqualShareTests extends SchedulingPolicyContract {
        @Override
        protected SchedulingPolicy policy() {
            return new EqualShare();
        }
    }

    @Nested
    class FixedShareTests extends SchedulingPolicyContract {
        @Override
        protected SchedulingPolicy policy() {
            return new FixedShare();
        }
    }

    @Nested
    class AdaptiveRoundRobinTests extends SchedulingPolicyContract {
        @Override
        protected SchedulingPolicy policy() {
            return new AdaptiveRoundRobin();
        }
    }
}
