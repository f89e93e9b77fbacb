package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.EngineStatus;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Images of render contexts that an engine does not survive. */
class ContextImagesTest extends Attack {

    private static final int CCID = 0x2180;
    private static final int SET_CONTEXT = 0x0c00_0000;
    private static final int SAVE_AND_RESTORE = 0x10c;
    private static final int IMAGE_BYTES = 17 * 4096;
    private static final int HANGS = 5;
    private static final int NO_IMAGE = 0x0bad_0bad;

    private FakeVmm waitingVmm;
    private ScriptedHaswellGuest waiting;
    private GuestObject image;

    @BeforeEach
    void bootAThird() {
        waitingVmm = tables.vmm();
        world.vmm(tables.request("waiting"), waitingVmm, waitingVmm.port());
        waiting = world.guest(waitingVmm).boot();
        image = bad.allocate(IMAGE_BYTES);
        lookAtTheNeighbourAgain();
    }

    @Override
    FakeVmm[] others() {
        return waitingVmm == null ? super.others() : new FakeVmm[] {badVmm, waitingVmm};
    }

    private long rcsResets() {
        return world.mediator.statistics().counter("rcs.resets");
    }

    private long hangs() {
        return badVmm.gpu().statistics().counter("hangs");
    }

    /** Lets the third guest do something; returns how many milliseconds it has waited. */
    private int takeTurns() {
        Request request = waiting.submit(HaswellEngine.RCS, Batch.user().noops(10));
        int millis = 0;
        while (!request.completed() && millis < 2000) {
            world.pass(1);
            millis++;
        }
        assertThat(request.completed()).isTrue();
        return millis;
    }

    @Test
    void ccid_writtenByTheProcessor_imageIsNeverLoaded() {
        image.fill(NO_IMAGE);
        long before = rcsResets();
        for (int i = 0; i < 5; i++) {
            hostile.pokeRegister(CCID, address(image) | 1);
            assertThat(takeTurns()).isLessThan(100);
            bad.await(bad.submit(HaswellEngine.RCS));
        }
        assertThat(rcsResets()).isEqualTo(before);
        assertThat(hangs()).isZero();
    }

    /** The engine has the image when the work that selected it is cut off; then it changes. */
    @Test
    void image_changedAfterItWasSelected_isItsGuestsHangAndNobodyElsesWait() {
        selectAndBeCutOff();
        for (int i = 0; i < 40 && hangs() < HANGS; i++) {
            assertThat(takeTurns()).as("waited for its turn").isLessThan(300);
            world.pass(20);
        }
        assertThat(hangs()).as("kept off the engines after so many").isEqualTo(HANGS);
        long before = rcsResets();
        takeTurns();
        world.pass(500);
        takeTurns();
        assertThat(rcsResets()).isEqualTo(before);
    }

    /** The guest resets its engine each time before anybody can see that it hangs. */
    @Test
    void image_whoseLoadingIsEndedByItsGuestsReset_isItsGuestsHang() {
        selectAndBeCutOff();
        for (int i = 0; i < 2; i++) {
            long before = hangs();
            for (int steps = 0; steps < 1000 && !isHung(); steps++) {
                world.step();
            }
            assertThat(isHung()).as("at its image").isTrue();
            bad.resetEngine(HaswellEngine.RCS);
            assertThat(hangs()).isEqualTo(before + 1);
            takeTurns();
            bad.submit(HaswellEngine.RCS);
        }
    }

    private void selectAndBeCutOff() {
        GuestObject endless = bad.allocate(4096);
        put(endless, 0, KERNEL_BATCH, address(endless));
        hostile.bareRing(
                HaswellEngine.RCS,
                SET_CONTEXT,
                address(image) | SAVE_AND_RESTORE,
                KERNEL_BATCH,
                address(endless));
        world.pass(3);
        image.fill(NO_IMAGE);
        takeTurns();
    }

    private boolean isHung() {
        return world.gpu.status(HaswellEngine.RCS).activity() == EngineStatus.Activity.HUNG;
    }
}
