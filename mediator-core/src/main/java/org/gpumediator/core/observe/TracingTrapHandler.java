package org.gpumediator.core.observe;

import java.util.Objects;
import org.gpumediator.api.vmm.TrapHandler;

/**
 * Passes accesses on and takes note of spinning reads, for bringing up a driver. Every access takes
 * a lock of this decorator. Safe for use by multiple threads.
 */
public final class TracingTrapHandler implements TrapHandler {

    private final TrapHandler handler;
    private final SpinBook spins;

    /**
     * Decorates a handler.
     *
     * @param spins where reads are noted
     */
    public TracingTrapHandler(TrapHandler handler, SpinBook spins) {
        this.handler = Objects.requireNonNull(handler, "handler");
        this.spins = Objects.requireNonNull(spins, "spins");
    }

    /** Returns what is known of spinning reads. */
    public SpinBook spins() {
        return spins;
    }

    @Override
    public long read(long offset, int width) {
        spins.read(offset);
        return handler.read(offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        spins.write();
        handler.write(offset, width, value);
    }
}
