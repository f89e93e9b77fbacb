package org.gpumediator.core.catalogue;

/** How a register behaves in hardware, whoever owns it. */
public enum RegisterAccess {
    /** Writes are ignored. */
    READ_ONLY,
    /** Writes replace the writable bits. */
    READ_WRITE,
    /** A one written to a writable bit clears it; a zero leaves it. */
    WRITE_ONE_TO_CLEAR,
    /** A read answers the value and clears the bits of the mask; writes are ignored. */
    READ_TO_CLEAR,
    /**
     * The high half of what is written enables the bits of the low half; reads answer the low half.
     */
    MASKED
}
