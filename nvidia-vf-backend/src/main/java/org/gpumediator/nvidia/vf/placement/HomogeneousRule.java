package org.gpumediator.nvidia.vf.placement;

import java.util.Arrays;

/** What virtual GPUs must have in common in {@link PlacementMode#HOMOGENEOUS}. */
public enum HomogeneousRule {
    /** The same size: a desktop and a workstation type of 1 GiB go together. */
    SIZE("size"),
    /** The very same type, as the open vGPU manager has it. */
    TYPE("type");

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
        return Arrays.stream(values())
                .filter(rule -> rule.text.equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "homogeneous rule \""
                                                + text
                                                + "\": expected size or type"));
    }
}
