package org.gpumediator.nvidia.vf.snapshot;

import java.util.Optional;

/**
 * What a packet of a saved virtual GPU holds. Its number in the stream is its place here, plus one.
 */
public enum PacketType {
    /** What it is a state of; the first packet. */
    DESCRIPTOR,
    /** Nothing; the last packet. */
    TRAILER,
    /** Configuration space and message interrupts. */
    FUNCTION,
    /** State of the firmware task. */
    FIRMWARE,
    /** Interrupt enables of the function. */
    REGISTERS,
    /** A block of framebuffer that is not all zero. */
    FRAMEBUFFER;

    private static final PacketType[] TYPES = values();

    int number() {
        return ordinal() + 1;
    }

    /** Returns the type of a number, or empty. */
    static Optional<PacketType> of(int number) {
        return number >= 1 && number <= TYPES.length
                ? Optional.of(TYPES[number - 1])
                : Optional.empty();
    }
}
