package org.gpumediator.examples.policylab.fleet;

/** Chooses the board for a virtual GPU by a score; the lowest board of those with the best wins. */
public interface FleetPolicy {

    /** The best score. */
    int BEST = 1023;

    /** Returns its name: lower-case letters and dashes. */
    String title();

    /**
     * Returns how well a virtual GPU goes on a board that it fits on, {@code 0} to {@link #BEST}.
     *
     * @implSpec A pure function: the lab asks once for each state of a board and type.
     */
    int score(BoardState board, String type);

    /** Returns whether the board is drawn among those with the best score instead. */
    default boolean isDrawn() {
        return false;
    }
}
