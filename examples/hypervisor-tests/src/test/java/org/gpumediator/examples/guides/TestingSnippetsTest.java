package org.gpumediator.examples.guides;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.gpumediator.testkit.junit.FakeGpuTest;
import org.gpumediator.testkit.junit.FakeGpuWorld;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The snippets of the testing guide. */
class TestingSnippetsTest {

    @Nested
    // begin two-guests
    @FakeGpuTest(vgpus = 2, type = "i915-GVTg_V3_8")
    class TwoGuestsTest {
        @Test
        void hang_ofOne_doesNotStopTheOther(
                ScriptedHaswellGuest good, ScriptedHaswellGuest bad, FakeGpuWorld world) {
            good.boot();
            bad.boot();
            bad.hang(HaswellEngine.RCS);
            Request next = good.submit(HaswellEngine.RCS);
            assertTrue(world.stepUntil(next::completed, 50_000));
        }
    }
    // end two-guests
}
