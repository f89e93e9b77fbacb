package org.gpumediator.intel.gen7.engine;

import org.gpumediator.api.MediationClock;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.intel.gen7.hardware.Engine;

/**
 * Resets engines on which a guest's work does not end. Only that guest notices, if at all: the
 * batch that was cut off is run from its start when the guest is next on, as Linux i915 does with
 * what it thinks innocent. One that is cut off too often counts as hung: its ring stands still
 * until the guest resets it. A guest under which engines are reset too often, for whatever reason
 * it gave, fails.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class CutOff {

    /**
     * So often in a row is a hang: at half of the engines' time half a minute and more, in which a
     * guest's own driver finds one.
     */
    private static final int MAX_IN_A_ROW = 128;

    private final MediationClock clock;
    private final PhysicalRings rings;
    private final EngineReset reset;
    private final HangRule hangRule;

    CutOff(MediationClock clock, PhysicalRings rings, EngineReset reset, HangRule hangRule) {
        this.clock = clock;
        this.rings = rings;
        this.reset = reset;
        this.hangRule = hangRule;
    }

    /**
     * Resets what has not stopped.
     *
     * @return the engines that were reset, bits of {@link Engine#bit}
     */
    int recover(GuestEngines guest, long now) {
        if (!rings.stopped()) {
            rings.keepRegisters(guest, 0);
        }
        int lost = 0;
        rings.refreshHeads(guest); // before a reset puts them to zero
        for (Engine engine : Engine.ALL) {
            if ((lost & engine.bit()) == 0 && (!rings.stopped(engine) || guest.inPieces(engine))) {
                lost |= cutOff(guest, engine, now);
            }
        }
        return lost;
    }

    private int cutOff(GuestEngines guest, Engine engine, long now) {
        VirtualRing ring = guest.ring(engine);
        rings.refreshActiveHead(guest, engine);
        boolean inBatch = rings.inBatch(engine);
        int lost = reset(guest, engine, now);
        if (inBatch) {
            ring.rewindToBatch();
        }
        if (engine == Engine.RCS && ring.hasChangedContext()) {
            guest.contextSaved = false; // the guest's own image is the later one
        }
        guest.cutOffs().cutOff(engine, now);
        if (guest.cutOffs().inARow(engine, now) > MAX_IN_A_ROW) {
            ring.hung = true;
            guest.faults().count(GuestFaultKind.HANG, engine.name(), ring.head);
            guest.hungTooOften |= hangRule.hung(guest, engine, now);
        }
        return lost;
    }

    /** Takes note that the render engine did not get over a guest's context and will be reset. */
    void contextHung(GuestEngines guest, long now) {
        guest.faults().count(GuestFaultKind.HANG, "context", guest.contextAddress());
        guest.hungTooOften |= hangRule.hung(guest, Engine.RCS, now);
    }

    /** Resets an engine under a guest's work, and holds it against the guest. */
    private int reset(GuestEngines guest, Engine engine, long now) {
        if (guest.cutOffs().reset(now) && !guest.hungTooOften) {
            guest.hungTooOften = true;
            guest.faults().count(GuestFaultKind.RATE_LIMITED, "resets of " + engine, guest.id());
        }
        return reset.reset(engine);
    }

    /**
     * Resets engines that nobody is on.
     *
     * @param engines bits of {@link Engine#bit}
     * @return the engines that were reset
     */
    int reset(int engines) {
        int lost = 0;
        for (Engine engine : Engine.ALL) {
            if ((engines & engine.bit() & ~lost) != 0) {
                lost |= reset.reset(engine);
            }
        }
        return lost;
    }

    /** Switches a guest's rings off; what has not stopped is reset. */
    void unload(GuestEngines guest) {
        for (Engine engine : Engine.ALL) {
            if (!rings.stopped(engine)) {
                reset.reset(engine);
            }
            rings.unload(guest, engine);
        }
    }

    /**
     * Stops one engine of the guest that is on, by a reset if it does not stop at once: the guest
     * resets or switches off what works, and gets what it would get of hardware.
     *
     * @return the engines that were reset, bits of {@link Engine#bit}
     */
    int stopNow(GuestEngines guest, Engine engine) {
        VirtualRing ring = guest.ring(engine);
        rings.stop(engine);
        if (ring.hung || rings.stopped(engine)) {
            return 0;
        }
        guest.faults().count(GuestFaultKind.HANG, engine.name(), ring.head);
        rings.refreshHeads(guest);
        return reset(guest, engine, clock.nanoTime());
    }
}
