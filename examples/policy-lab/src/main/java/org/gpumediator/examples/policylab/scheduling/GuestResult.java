package org.gpumediator.examples.policylab.scheduling;

import java.util.List;
import org.gpumediator.examples.policylab.common.Percentiles;

/**
 * What came of one guest.
 *
 * @param latencies nanoseconds from submitting to done, of the jobs that were done
 * @param late frames that were done after the next was due
 * @param dropped frames that were not begun because the one before was not done
 * @param busyNanos how long it was on the engines
 * @param demandNanos how long it would have been, alone
 * @param worstWaitNanos the longest it waited with work, not on the engines
 */
record GuestResult(
        Workload workload,
        Percentiles latencies,
        int late,
        int dropped,
        long busyNanos,
        long demandNanos,
        long worstWaitNanos) {

    /**
     * Returns Jain's index of fairness: {@code 1} if every guest had the same part of what is fair,
     * {@code 1 / n} if one had all. Fair is the time by weight, where nobody is given more than it
     * asks for and what that leaves goes to the others.
     */
    static double fairness(List<GuestResult> guests, long mostNanos) {
        double[] fair = fairShares(guests, mostNanos);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < fair.length; i++) {
            double part = fair[i] == 0 ? 1 : guests.get(i).busyNanos / fair[i];
            sum += part;
            squares += part * part;
        }
        return squares == 0 ? 0 : sum * sum / (guests.size() * squares);
    }

    private static double[] fairShares(List<GuestResult> guests, long mostNanos) {
        double[] fair = new double[guests.size()];
        boolean[] sated = new boolean[fair.length];
        double left = mostNanos;
        for (int round = 0; round <= fair.length; round++) {
            double weights = 0;
            for (int i = 0; i < fair.length; i++) {
                weights += sated[i] ? 0 : weight(guests.get(i));
            }
            boolean more = false;
            double each = weights == 0 ? 0 : left / weights;
            for (int i = 0; i < fair.length; i++) {
                GuestResult guest = guests.get(i);
                if (!sated[i] && guest.demandNanos <= each * weight(guest)) {
                    fair[i] = guest.demandNanos;
                    left -= guest.demandNanos;
                    sated[i] = true;
                    more = true;
                } else if (!sated[i]) {
                    fair[i] = each * weight(guest);
                }
            }
            if (!more) {
                break;
            }
        }
        return fair;
    }

    private static int weight(GuestResult guest) {
        return guest.workload.parameters().weight();
    }
}
