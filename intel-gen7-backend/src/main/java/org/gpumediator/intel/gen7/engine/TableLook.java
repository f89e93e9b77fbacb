package org.gpumediator.intel.gen7.engine;

import org.gpumediator.intel.gen7.command.WorkBudget;
import org.gpumediator.intel.gen7.hardware.Engine;

/**
 * The look through one guest's translation tables that comes before its commands: what was queued
 * when the look began may run when it is complete. It may take several budgets; what is queued
 * meanwhile waits for the next one.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class TableLook {

    private final GuestEngines guest;
    private boolean underWay;

    /** Engines that shall forget their translations after a look that has not begun. */
    private int asked;

    /** Engines that shall forget their translations when the look under way is complete. */
    private int served;

    TableLook(GuestEngines guest) {
        this.guest = guest;
    }

    /** Asks for a look after which an engine forgets the translations it has made. */
    void ask(Engine engine) {
        asked |= engine.bit();
    }

    /** Returns whether there is something to do. */
    boolean isNeeded() {
        return underWay || asked != 0 || waits();
    }

    private boolean waits() {
        boolean queued = false;
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            VirtualRing ring = guest.ring(engine);
            if (ring.waitsForTables && ring.mayTake()) {
                return false; // its tables are looked at in this look; the next comes after
            }
            queued |= ring.hasQueued() && !ring.mayTake();
        }
        return queued;
    }

    /**
     * Goes on with the look, if one is needed.
     *
     * @return the engines that shall forget their translations now, bits of {@link Engine#bit}
     */
    int goOn(WorkBudget budget) {
        if (!underWay) {
            if (!isNeeded()) {
                return 0;
            }
            underWay = true;
            served = asked;
            asked = 0;
            for (int i = 0; i < Engine.COUNT; i++) {
                Engine engine = Engine.of(i);
                guest.ring(engine).beginLook();
            }
            guest.beginLook();
        }
        if (!guest.look(budget)) {
            return 0;
        }
        underWay = false;
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            guest.ring(engine).endLook();
        }
        int forget = served;
        served = 0;
        return forget;
    }

    /** Returns whether the tables are being looked through. */
    boolean isUnderWay() {
        return underWay;
    }

    /** Forgets what was asked for. */
    void reset() {
        underWay = false;
        asked = 0;
        served = 0;
    }
}
