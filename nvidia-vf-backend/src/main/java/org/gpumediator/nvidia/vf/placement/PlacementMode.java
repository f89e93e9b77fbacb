package org.gpumediator.nvidia.vf.placement;

import java.util.List;

/** Whether the virtual GPUs of a board may differ in size. */
public enum PlacementMode {
    /** All have one size; as many fit as a type's record allows. The state after power-up. */
    HOMOGENEOUS("homogeneous"),
    /** Sizes may differ; every size has placement ids that are fixed. Fewer small ones may fit. */
    HETEROGENEOUS("heterogeneous");

    private static final List<PlacementMode> ALL = List.of(values());

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
        for (PlacementMode mode : ALL) {
            if (mode.text.equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException(
                "placement mode \"" + text + "\": expected homogeneous or heterogeneous");
    }
}
