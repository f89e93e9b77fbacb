package org.gpumediator.nvidia.vf.placement;

import java.util.Arrays;

/** Whether the virtual GPUs of a board may differ in size. */
public enum PlacementMode {
    /** All have one size; as many fit as a type's record allows. The state after power-up. */
    HOMOGENEOUS("homogeneous"),
    /** Sizes may differ; every size has placement ids that are fixed. Fewer small ones may fit. */
    HETEROGENEOUS("heterogeneous");

    private final String text;

    PlacementMode(String text) {
        this.text = text;
    }

    /** Returns the value of the inventory's attribute. */
    public String text() {
        return text;
    }

    /**
     * Returns the mode of a text.
     *
     * @throws IllegalArgumentException if there is none; the message lists the modes
     */
    public static PlacementMode of(String text) {
        return Arrays.stream(values())
                .filter(mode -> mode.text.equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "placement mode \""
                                                + text
                                                + "\": expected homogeneous or heterogeneous"));
    }
}
