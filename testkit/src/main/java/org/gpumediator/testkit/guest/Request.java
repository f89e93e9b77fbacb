package org.gpumediator.testkit.guest;

import org.gpumediator.testkit.GuestMachine;
import org.gpumediator.testkit.haswell.HaswellEngine;

/**
 * Work that the scripted driver has put into a ring. It is complete once its sequence number, or a
 * later one, is in the engine's status page.
 */
public final class Request {

    private final DriverEngine engine;
    private final int seqno;
    private final GuestMachine machine;
    private final long seqnoPlace;
    final int head;
    final int payload;
    final int breadcrumb;
    final int tail;

    Request(
            DriverEngine engine,
            int seqno,
            GuestMachine machine,
            long seqnoPlace,
            int head,
            int payload,
            int breadcrumb,
            int tail) {
        this.engine = engine;
        this.seqno = seqno;
        this.machine = machine;
        this.seqnoPlace = seqnoPlace;
        this.head = head;
        this.payload = payload;
        this.breadcrumb = breadcrumb;
        this.tail = tail;
    }

    /** Returns the engine it runs on. */
    public HaswellEngine engine() {
        return engine.publicName();
    }

    DriverEngine driverEngine() {
        return engine;
    }

    /** Returns its sequence number. */
    public int seqno() {
        return seqno;
    }

    /** Returns whether the GPU has reported it complete. */
    public boolean completed() {
        return machine.read32(seqnoPlace) - seqno >= 0;
    }

    @Override
    public String toString() {
        return engine + " request " + seqno + (completed() ? " (complete)" : " (running)");
    }
}
