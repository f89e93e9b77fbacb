package org.gpumediator.testkit.trace;

import java.io.IOException;

/** Says that a trace is damaged, truncated or too long; the message names the position. */
public class TraceFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long position;

    /**
     * Creates one.
     *
     * @param position byte offset in the uncompressed trace at which reading stopped
     * @param what what was expected there, and what was found
     */
    public TraceFormatException(long position, String what) {
        super("trace at byte " + position + ": " + what);
        this.position = position;
    }

    /** Returns the byte offset in the uncompressed trace at which reading stopped. */
    public long position() {
        return position;
    }
}
