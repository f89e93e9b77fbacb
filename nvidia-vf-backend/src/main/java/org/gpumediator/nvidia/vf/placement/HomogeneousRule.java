package org.gpumediator.nvidia.vf.placement;

import java.util.List;

/** What virtual GPUs must have in common in {@link PlacementMode#HOMOGENEOUS}. */
public enum HomogeneousRule {
    /** The same size: a desktop and a workstation type of 1 GiB go together. */
    SIZE("size"),
    /** The very same type, as the open vGPU manager has it. */
    TYPE("type");

    private static final List<HomogeneousRule> ALL = List.of(values());

    private final String text;

    HomogeneousRule(String text) {
        this.text = text;
    }

    /** Returns the value of the inventory's attribute. */
    public String text() {
        return text;
    }

    /**
     * Returns the rule of a text.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static HomogeneousRule of(String text) {
        for (HomogeneousRule rule : ALL) {
            if (rule.text.equals(text)) {
                return rule;
            }
        }
        throw new IllegalArgumentException(
                "homogeneous rule \"" + text + "\": expected size or type");
    }
}
