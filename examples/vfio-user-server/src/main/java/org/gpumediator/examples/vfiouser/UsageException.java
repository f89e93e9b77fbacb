package org.gpumediator.examples.vfiouser;

/** Says in one line why the program cannot do what its command line asks, and how it ends. */
final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** An option is wrong. */
    static final int BAD_OPTION = 2;

    /** A virtual GPU does not fit. */
    static final int DOES_NOT_FIT = 3;

    /** The host refuses something: a socket, memory. */
    static final int HOST_REFUSES = 1;

    private final int status;

    UsageException(int status, String message) {
        super(message.replace('\n', ' '));
        this.status = status;
    }

    static UsageException badOption(String message) {
        return new UsageException(BAD_OPTION, message);
    }

    int status() {
        return status;
    }
}
