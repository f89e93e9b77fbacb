package org.gpumediator.nvidia.vf.scheduling;

import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.schedule.AdaptiveRoundRobin;
import org.gpumediator.core.schedule.BestEffort;
import org.gpumediator.core.schedule.EqualShare;
import org.gpumediator.core.schedule.FixedShare;

/**
 * The vendor's registry words for the scheduler, as a {@link SchedulingPolicy}.
 *
 * <table>
 * <caption>RmPVMRL</caption>
 * <tr><th>bits</th><th>meaning</th></tr>
 * <tr><td>0</td><td>0 best effort, 1 a list of work for each virtual machine</td></tr>
 * <tr><td>1</td><td>0 adaptive round robin, 1 plain time slices</td></tr>
 * <tr><td>7:4</td><td>0 equal share, 1 fixed share</td></tr>
 * <tr><td>21:12</td><td>adaptive: slices in a second, 0 for the default</td></tr>
 * <tr><td>23:16</td><td>plain: length of a slice in milliseconds, 0 for the default</td></tr>
 * <tr><td>31:24</td><td>adaptive: averaging factor, 0 for the default</td></tr>
 * </table>
 *
 * <p>Source: registry keys of the open kernel driver; defaults of the vendor's manual.
 *
 * @param lists whether each virtual machine has a list of its own; best effort if not
 * @param share how time is shared where it has
 * @param adaptive whether overruns are paid back
 * @param sliceNanos length of a slice
 * @param averagingFactor over how many slices an overrun is paid back, 1 to 60
 */
public record SchedulerSetting(
        boolean lists, Share share, boolean adaptive, long sliceNanos, int averagingFactor) {

    /** How time is shared. */
    public enum Share {
        EQUAL,
        FIXED
    }

    private static final int FEW_VGPUS = 8;
    private static final int FEW_HERTZ = 480;
    private static final int MANY_HERTZ = 960;
    private static final int LEAST_HERTZ = 63;
    private static final int MOST_AVERAGING = 60;
    private static final int MOST_MILLISECONDS = 30;
    private static final int MOST_EXTRA = 32;
    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;

    /**
     * Decodes RmPVMRL.
     *
     * @param word the word
     * @param maxInstances how many virtual GPUs the type allows, which decides the defaults
     * @throws IllegalArgumentException if the share is neither 0 nor 1, or the frequency or the
     *     factor is out of range
     */
    public static SchedulerSetting decode(int word, int maxInstances) {
        int share = word >>> 4 & 0xf;
        if (share > 1) {
            throw new IllegalArgumentException(
                    String.format("RmPVMRL 0x%08x: share %d: expected 0 or 1", word, share));
        }
        boolean few = maxInstances <= FEW_VGPUS;
        boolean adaptive = (word >>> 1 & 1) == 0;
        long slice = adaptive ? adaptiveSlice(word, few) : plainSlice(word, few);
        int factor = adaptive ? word >>> 24 : 0;
        if (factor > MOST_AVERAGING) {
            throw new IllegalArgumentException(
                    String.format(
                            "RmPVMRL 0x%08x: averaging factor %d: expected up to 60",
                            word, factor));
        }
        return new SchedulerSetting(
                (word & 1) != 0,
                share == 1 ? Share.FIXED : Share.EQUAL,
                adaptive,
                slice,
                factor == 0 ? AdaptiveRoundRobin.DEFAULT_AVERAGING_FACTOR : factor);
    }

    private static long adaptiveSlice(int word, boolean few) {
        int hertz = word >>> 12 & 0x3ff;
        if (hertz == 0) {
            hertz = few ? FEW_HERTZ : MANY_HERTZ;
        }
        if (hertz < LEAST_HERTZ || hertz > MANY_HERTZ) {
            throw new IllegalArgumentException(
                    String.format("RmPVMRL 0x%08x: frequency %d: expected 63 to 960", word, hertz));
        }
        return SECOND / hertz;
    }

    private static long plainSlice(int word, boolean few) {
        int milliseconds = word >>> 16 & 0xff;
        if (milliseconds == 0) {
            return few ? 2 * MILLISECOND : MILLISECOND;
        }
        return Math.min(milliseconds, MOST_MILLISECONDS) * MILLISECOND;
    }

    /** Returns the policy it stands for. */
    public SchedulingPolicy policy() {
        if (!lists) {
            return new BestEffort();
        }
        if (share == Share.FIXED) {
            return new FixedShare(sliceNanos);
        }
        return adaptive
                ? new AdaptiveRoundRobin(sliceNanos, averagingFactor)
                : new EqualShare(sliceNanos);
    }

    /**
     * Returns the policy with a bound of extra time for those that run while others do not
     * (RmPVMRLElasticSchedulingCap: numerator in bits 31:16, denominator in 15:0, the fraction
     * capped at 32).
     *
     * @throws IllegalArgumentException if the share is not fixed, or the denominator is 0
     */
    public SchedulingPolicy elasticPolicy(int cap) {
        int numerator = cap >>> 16;
        int denominator = cap & 0xffff;
        if (!lists || share != Share.FIXED || denominator == 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "elastic cap 0x%08x: expected a fixed share and a denominator", cap));
        }
        return numerator / denominator >= MOST_EXTRA
                ? new FixedShare(sliceNanos, MOST_EXTRA, 1)
                : new FixedShare(sliceNanos, numerator, denominator);
    }
}
