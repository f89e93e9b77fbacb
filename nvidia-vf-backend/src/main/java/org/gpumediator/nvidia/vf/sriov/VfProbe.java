package org.gpumediator.nvidia.vf.sriov;

/**
 * Looks whether a virtual function answers. On a machine it reads the function's configuration
 * space; vendor and device id of a raw virtual function read as ones, so it looks at another
 * register.
 */
@FunctionalInterface
public interface VfProbe {

    /** What a virtual function answers. */
    enum Answer {
        /** It is there. */
        READY,
        /** It is coming up: ask again. */
        RETRY,
        /** Nothing is there. */
        ABSENT
    }

    /**
     * Looks at a virtual function. Must not block, must not call the activation back.
     *
     * @param index from {@code 0}
     * @param routingId where it must be
     */
    Answer probe(int index, int routingId);
}
