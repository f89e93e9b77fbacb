package org.gpumediator.examples.common;

/** Says in one line why the program cannot do what its command line asks, and how it ends. */
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** An option is wrong. */
    public static final int BAD_OPTION = 2;

    /** A virtual GPU does not fit. */
    public static final int DOES_NOT_FIT = 3;

    /** The host refuses something: a socket, memory. */
    public static final int HOST_REFUSES = 1;

    private final int status;

    public UsageException(int status, String message) {
        super(message.replace('\n', ' '));
        this.status = status;
    }

    public static UsageException badOption(String message) {
        return new UsageException(BAD_OPTION, message);
    }

    public int status() {
        return status;
    }
}
