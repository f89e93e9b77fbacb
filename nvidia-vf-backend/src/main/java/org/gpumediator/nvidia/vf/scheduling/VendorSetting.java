package org.gpumediator.nvidia.vf.scheduling;

import java.util.Map;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler as the vendor's registry words set it.
 *
 * @param word RmPVMRL
 * @param elasticCap RmPVMRLElasticSchedulingCap; 0 for none
 */
public record VendorSetting(int word, int elasticCap) {

    /** Name of the word of the scheduler, as the vendor writes it. */
    public static final String WORD = "RmPVMRL";

    /** Name of the word of the elastic cap, as the vendor writes it. */
    public static final String ELASTIC_CAP = "RmPVMRLElasticSchedulingCap";

    /**
     * Reads the words from options by these names; others are left alone.
     *
     * @return the setting, or null if there is none
     * @throws IllegalArgumentException if a value is no number of 32 bits, or there is a cap alone
     */
    public static @Nullable VendorSetting of(Map<String, String> options) {
        String word = options.get(WORD);
        String cap = options.get(ELASTIC_CAP);
        if (word == null && cap != null) {
            throw new IllegalArgumentException(
                    "option " + ELASTIC_CAP + "=" + cap + ": expected " + WORD + " with it");
        }
        return word == null
                ? null
                : new VendorSetting(number(WORD, word), cap == null ? 0 : number(ELASTIC_CAP, cap));
    }

    private static int number(String name, String text) {
        long value;
        try {
            value = Long.decode(text);
        } catch (NumberFormatException noNumber) {
            value = -1;
        }
        if (value < 0 || value > 0xffff_ffffL) {
            throw new IllegalArgumentException(
                    "option " + name + "=" + text + ": expected 0x0 to 0xffffffff");
        }
        return (int) value;
    }

    /**
     * Returns the policy the words stand for.
     *
     * @param maxInstances how many of the type of virtual GPUs the board takes: decides the
     *     defaults
     * @throws IllegalArgumentException if the words are out of the board's limits
     */
    SchedulingPolicy policy(int maxInstances, SchedulerCaps caps) {
        SchedulerSetting setting = SchedulerSetting.decode(word, maxInstances, caps);
        return elasticCap == 0 ? setting.policy() : setting.elasticPolicy(elasticCap);
    }
}
