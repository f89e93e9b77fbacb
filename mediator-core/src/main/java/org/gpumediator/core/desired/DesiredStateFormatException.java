package org.gpumediator.core.desired;

/** Says which line of a desired state is wrong, and how. */
public final class DesiredStateFormatException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final int line;

    DesiredStateFormatException(int line, String message) {
        super("line " + line + ": " + message);
        this.line = line;
    }

    /** Returns the number of the line, 1 for the first. */
    public int line() {
        return line;
    }
}
