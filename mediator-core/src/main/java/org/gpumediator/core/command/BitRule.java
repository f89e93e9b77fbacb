package org.gpumediator.core.command;

import java.util.Locale;

/**
 * What happens to a bit of a command, or why nothing has to. A row names one for every bit that is
 * not part of its opcode or length.
 */
public enum BitRule {
    /** The audit computes with it: what leads out of bounds is refused, replaced or confined. */
    CHECKED,
    /** Set, the command is refused. */
    REFUSED,
    /** Cleared before the GPU sees it. */
    MASKED,
    /** The command never reaches the GPU. */
    REPLACED,
    /**
     * Harmless: state of a pipeline. Whatever it makes the pipeline reach in memory goes through a
     * translation table that holds the guest's own pages only.
     */
    CONFINED,
    /**
     * Harmless: says how, not where. It changes nothing but state that is the guest's own, which is
     * saved and restored with it or ends with the command.
     */
    OWN,
    /** Harmless: a value that the guest's own memory or registers get, or are compared with. */
    DATA;

    /** Returns how catalogues write it. */
    public String spelling() {
        return name().toLowerCase(Locale.ROOT);
    }
}
