package org.gpumediator.core.schedule;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.gpumediator.api.schedule.SchedulingPolicy;

/** The ready-made policies by the names that operators write. */
public final class SchedulingPolicies {

    private record Entry(Supplier<SchedulingPolicy> plain, LongFunction<SchedulingPolicy> timed) {}

    /** One half more at most, where a name alone asks for an elastic cap. */
    private static final int ELASTIC_DENOMINATOR = 2;

    private static final Map<String, Entry> BY_NAME = new TreeMap<>();

    static {
        put(AdaptiveRoundRobin::new, SchedulingPolicies::adaptive);
        put(BestEffort::new, BestEffort::new);
        put(SchedulingPolicies::elastic, SchedulingPolicies::elastic);
        put(EqualShare::new, EqualShare::new);
        put(
                () -> new EqualShare().withDonation(),
                quantum -> new EqualShare(quantum).withDonation());
        put(FixedShare::new, FixedShare::new);
        put(
                () -> new FixedShare().withDonation(),
                quantum -> new FixedShare(quantum).withDonation());
        put(RoundRobin::new, RoundRobin::new);
        put(StrictPriority::new, StrictPriority::new);
        put(WeightedFair::new, WeightedFair::new);
    }

    private SchedulingPolicies() {}

    private static void put(
            Supplier<SchedulingPolicy> plain, LongFunction<SchedulingPolicy> timed) {
        BY_NAME.put(plain.get().name(), new Entry(plain, timed));
    }

    private static SchedulingPolicy adaptive(long quantumNanos) {
        return new AdaptiveRoundRobin(quantumNanos, AdaptiveRoundRobin.DEFAULT_AVERAGING_FACTOR);
    }

    private static SchedulingPolicy elastic() {
        return elastic(FixedShare.DEFAULT_QUANTUM_NANOS);
    }

    private static SchedulingPolicy elastic(long quantumNanos) {
        return new FixedShare(quantumNanos, 1, ELASTIC_DENOMINATOR);
    }

    /** Returns the names, sorted. */
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /**
     * Returns a policy with its own length of slices.
     *
     * @throws IllegalArgumentException if there is none of that name; the message lists the names
     */
    public static SchedulingPolicy byName(String name) {
        return entry(name).plain.get();
    }

    /**
     * Returns a policy with slices of a length.
     *
     * @param quantumNanos positive, at most one hour
     * @throws IllegalArgumentException if there is none of that name, the message lists the names;
     *     or if the length is out of range
     */
    public static SchedulingPolicy byName(String name, long quantumNanos) {
        return entry(name).timed.apply(quantumNanos);
    }

    private static Entry entry(String name) {
        Entry entry = BY_NAME.get(name);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "scheduling policy " + name + ": expected one of " + names());
        }
        return entry;
    }
}
