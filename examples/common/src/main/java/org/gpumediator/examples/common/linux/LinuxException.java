package org.gpumediator.examples.common.linux;

import java.io.IOException;

/** Says that a system call failed. */
public final class LinuxException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * Creates one.
     *
     * @param what the call and what it was made on
     * @param errno the kernel's error number
     */
    public LinuxException(String what, int errno) {
        super(what + ": " + Errno.name(errno));
        this.errno = errno;
    }

    /** Returns the kernel's error number. */
    public int errno() {
        return errno;
    }
}
