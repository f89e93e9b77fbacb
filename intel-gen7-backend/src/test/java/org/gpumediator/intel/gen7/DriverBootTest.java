package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriverBootTest {

    @ParameterizedTest
    @ValueSource(strings = {"strict", "relaxed"})
    void boot_oneGuest_finishesWithoutComplaint(String table) {
        try (World world = new World(FakeHaswell.create(), Map.of("gtt", table))) {
            ScriptedHaswellGuest guest = world.boot("vm1", 64, 384);
            assertThat(guest.complaints()).isEmpty();
            assertThat(world.gpu.busFaults()).isEmpty();
        }
    }

    @Test
    void boot_twoGuests_bothComputeOnEveryEngine() {
        try (World world = new World()) {
            ScriptedHaswellGuest one = world.boot("vm1", 64, 384);
            ScriptedHaswellGuest two = world.boot("vm2", 128, 512);
            for (HaswellEngine engine : HaswellEngine.values()) {
                storeAndCheck(one, engine, 0x1111_0000 + engine.ordinal());
                storeAndCheck(two, engine, 0x2222_0000 + engine.ordinal());
            }
            assertThat(one.complaints()).isEmpty();
            assertThat(two.complaints()).isEmpty();
            assertThat(world.gpu.busFaults()).isEmpty();
        }
    }

    private static void storeAndCheck(ScriptedHaswellGuest guest, HaswellEngine engine, int value) {
        GuestObject target = guest.allocate(4096);
        Request request =
                guest.submit(engine, Batch.user().storeDword(target.graphicsAddress(), value));
        guest.await(request);
        assertThat(target.read32(0)).isEqualTo(value);
    }
}
