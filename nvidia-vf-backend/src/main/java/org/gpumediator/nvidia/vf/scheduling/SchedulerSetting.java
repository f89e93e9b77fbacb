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
 * <tr><td>3</td><td>0 weighted scheduler, 1 plain time slices</td></tr>
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
 * @param weighted whether the weighted scheduler is on, which an elastic cap needs
 * @param sliceNanos length of a slice
 * @param averagingFactor over how many slices an overrun is paid back; 0 where they are not
 */
public record SchedulerSetting(
        boolean lists,
        Share share,
        boolean adaptive,
        boolean weighted,
        long sliceNanos,
        int averagingFactor) {

    /** How time is shared. */
    public enum Share {
        EQUAL,
        FIXED
    }

    private static final int FEW_VGPUS = 8;
    private static final int FEW_HERTZ = 480;
    private static final int MANY_HERTZ = 960;
    private static final int MOST_EXTRA = 32;
    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;

    /**
     * Decodes RmPVMRL.
     *
     * @param word the word
     * @param maxInstances how many virtual GPUs the type allows, which decides the defaults
     * @param caps what the board can do
     * @throws IllegalArgumentException if the share is neither 0 nor 1, the frequency, factor or
     *     slice is out of the board's limits, or it cannot pay back overruns
     */
    public static SchedulerSetting decode(int word, int maxInstances, SchedulerCaps caps) {
        int share = word >>> 4 & 0xf;
        if (share > 1) {
            throw new IllegalArgumentException(
                    String.format("RmPVMRL 0x%08x: share %d: expected 0 or 1", word, share));
        }
        boolean lists = (word & 1) != 0;
        boolean few = maxInstances <= FEW_VGPUS;
        boolean adaptive = (word >>> 1 & 1) == 0;
        if (lists && adaptive && !caps.adaptive()) {
            throw new IllegalArgumentException(
                    String.format("RmPVMRL 0x%08x: this board cannot pay back overruns", word));
        }
        String what = String.format("RmPVMRL 0x%08x:", word);
        long slice = adaptive ? adaptiveSlice(what, word, few, caps) : plainSlice(word, few, caps);
        return new SchedulerSetting(
                lists,
                share == 1 ? Share.FIXED : Share.EQUAL,
                adaptive,
                (word >>> 3 & 1) == 0,
                caps.slices().check(what + " slice", slice, "ns"),
                adaptive ? factor(what, word, caps) : 0);
    }

    private static int factor(String what, int word, SchedulerCaps caps) {
        int factor = word >>> 24;
        return factor == 0
                ? AdaptiveRoundRobin.DEFAULT_AVERAGING_FACTOR
                : (int) caps.averaging().check(what + " averaging factor", factor, "slices");
    }

    private static long adaptiveSlice(String what, int word, boolean few, SchedulerCaps caps) {
        int hertz = word >>> 12 & 0x3ff;
        if (hertz == 0) {
            return caps.slices().nearest(SECOND / (few ? FEW_HERTZ : MANY_HERTZ));
        }
        return SECOND / caps.hertz().check(what + " frequency", hertz, "Hz");
    }

    /** A slice longer than the board can do becomes its longest. */
    private static long plainSlice(int word, boolean few, SchedulerCaps caps) {
        int milliseconds = word >>> 16 & 0xff;
        if (milliseconds == 0) {
            return caps.slices().nearest(few ? 2 * MILLISECOND : MILLISECOND);
        }
        return Math.min(milliseconds * MILLISECOND, caps.slices().most());
    }

    /** Returns the policy it stands for. */
    public SchedulingPolicy policy() {
        if (!lists) {
            return new BestEffort();
        }
        return share == Share.FIXED
                ? new FixedShare(sliceNanos).withAveragingFactor(averagingFactor)
                : new EqualShare(sliceNanos, averagingFactor, false);
    }

    /**
     * Returns the policy with a bound of extra time for those that run while others do not
     * (RmPVMRLElasticSchedulingCap: numerator in bits 31:16, denominator in 15:0, the fraction
     * capped at 32).
     *
     * @throws IllegalArgumentException if the share is not fixed, the scheduler is not weighted, or
     *     the denominator is 0
     */
    public SchedulingPolicy elasticPolicy(int cap) {
        int numerator = cap >>> 16;
        int denominator = cap & 0xffff;
        if (!lists || share != Share.FIXED || !weighted || denominator == 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "elastic cap 0x%08x: expected a fixed share, the weighted scheduler"
                                    + " and a denominator",
                            cap));
        }
        boolean most = numerator / denominator >= MOST_EXTRA;
        return new FixedShare(
                sliceNanos,
                most ? MOST_EXTRA : numerator,
                most ? 1 : denominator,
                averagingFactor,
                false);
    }
}
