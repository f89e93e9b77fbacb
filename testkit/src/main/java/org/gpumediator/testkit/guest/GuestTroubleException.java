package org.gpumediator.testkit.guest;

/**
 * Says why a scripted driver cannot go on: what it did, what it expected and what it got, in words
 * that a reader of a test report understands.
 */
public class GuestTroubleException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Creates one. */
    public GuestTroubleException(String message) {
        super(message);
    }
}
