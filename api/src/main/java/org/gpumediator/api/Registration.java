package org.gpumediator.api;

/**
 * Something registered, which ends when this is closed. Closing is idempotent and does not throw.
 */
@FunctionalInterface
public interface Registration extends AutoCloseable {

    @Override
    void close();
}
