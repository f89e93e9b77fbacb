package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.junit.FakeGpuTest;
import org.gpumediator.testkit.junit.FakeGpuWorld;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A nested class keeps what its outer class says of the fake GPU. */
@FakeGpuTest(vgpus = 2, type = "i915-GVTg_V3_8")
class NestedFakeGpuTest {

    @Nested
    class Inside {

        @Test
        void twoGuests_boot(
                ScriptedHaswellGuest one, ScriptedHaswellGuest other, FakeGpuWorld world) {
            assertThat(one.boot().complaints()).isEmpty();
            assertThat(other.boot().complaints()).isEmpty();
            assertThat(other.mappableBase()).isNotEqualTo(one.mappableBase());
            assertThat(world.vmm(1).gpu().type().name()).isEqualTo("i915-GVTg_V3_8");
        }
    }
}
