package org.gpumediator.nvidia.vf.manager;

import java.util.Set;

/**
 * How far an exception reaches, by its number. Source: the vendor's list of exception numbers; what
 * is not on it concerns the channel it was reported for.
 */
enum ExceptionScope {
    /** Contained: the channel, and so the virtual GPU, that it was reported for. */
    VIRTUAL_GPU,
    /** The whole board, whoever it was reported for. */
    BOARD;

    // spotless:off
    private static final Set<Integer> OF_THE_BOARD = Set.of(
            79,   // fell off the bus
            95,   // uncontained memory error
            119,  // firmware does not answer
            120,  // firmware has stopped
            143,  // initialisation has failed
            158,  // fatal time-out
            167); // fatal time-out of the link
    // spotless:on

    static ExceptionScope of(int exception) {
        return OF_THE_BOARD.contains(exception) ? BOARD : VIRTUAL_GPU;
    }
}
