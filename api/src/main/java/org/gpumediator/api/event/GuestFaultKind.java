package org.gpumediator.api.event;

/** What a guest can do wrong. Each is counted; none is an exception. */
public enum GuestFaultKind {
    /** A register nobody has modelled was accessed; answered from plain storage. */
    UNMODELLED_REGISTER,
    /** An access with a width, alignment or place that the hardware does not answer. */
    REFUSED_ACCESS,
    /**
     * A graphics address, table entry, fence, channel or handle outside the virtual GPU's own
     * share.
     */
    OUT_OF_PARTITION,
    /**
     * A guest-physical address without memory of the guest, or with memory that the GPU cannot be
     * given.
     */
    BAD_GUEST_ADDRESS,
    /** A command or register load that a guest may not execute. */
    PRIVILEGED_COMMAND,
    /** A command stream that cannot be decoded. */
    MALFORMED_COMMAND,
    /** A message, call or state transition that is not legal now. */
    PROTOCOL_VIOLATION,
    /** Work that did not finish in its time. */
    HANG,
    /** More of something than its rate limit lets through. */
    RATE_LIMITED
}
