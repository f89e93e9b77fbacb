package org.gpumediator.examples.guides;

// begin my-first-test
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.gpumediator.testkit.junit.FakeGpuTest;
import org.junit.jupiter.api.Test;

@FakeGpuTest
class MyFirstTest {

    @Test
    void guest_stores42_whereItWasTold(ScriptedHaswellGuest guest) {
        guest.boot();
        GuestObject target = guest.allocate(4096);
        Batch batch = Batch.user().storeDword(target.graphicsAddress(), 42);
        guest.await(guest.submit(HaswellEngine.BCS, batch));
        assertEquals(42, target.read32(0));
    }
}
// end my-first-test
