package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.gpumediator.testkit.junit.FakeGpuTest;
import org.gpumediator.testkit.junit.FakeGpuWorld;
import org.junit.jupiter.api.Test;

/** The shortest way to a mediated guest in a test; fails if the guest met an unknown register. */
@FakeGpuTest(vgpus = 2)
class AnnotatedGuestTest {

    @Test
    void boot_byAnnotation_comesUp(ScriptedHaswellGuest guest, FakeHaswell gpu) {
        guest.boot();

        assertThat(guest.complaints()).isEmpty();
        assertThat(gpu.busFaults()).isEmpty();
    }

    @Test
    void submit_secondGuest_isIndependent(FakeGpuWorld world, ScriptedHaswellGuest first) {
        ScriptedHaswellGuest second = world.guest(world.vmm(1)).boot();
        first.boot();
        GuestObject target = second.allocate(4096);
        second.await(
                second.submit(
                        HaswellEngine.BCS, Batch.user().storeDword(target.graphicsAddress(), 5)));

        assertThat(target.read32(0)).isEqualTo(5);
    }
}
