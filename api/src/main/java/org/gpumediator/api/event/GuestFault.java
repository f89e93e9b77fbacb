package org.gpumediator.api.event;

import java.util.Objects;

/**
 * One thing a guest did wrong.
 *
 * @param vgpu name of the virtual GPU
 * @param kind what it was
 * @param where what it touched: a register's or command's name, a region; never guest memory
 *     contents
 * @param value the offending address or value
 */
public record GuestFault(String vgpu, GuestFaultKind kind, String where, long value) {

    /** Checks that nothing is missing. */
    public GuestFault {
        Objects.requireNonNull(vgpu, "vgpu");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(where, "where");
    }
}
