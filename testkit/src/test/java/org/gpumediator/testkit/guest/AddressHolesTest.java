package org.gpumediator.testkit.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.testkit.Seeds;
import org.junit.jupiter.api.Test;

class AddressHolesTest {

    @Test
    void take_fromBothEnds_respectsAlignment() {
        AddressHoles holes = new AddressHoles("test", 0x1000, 0x10000);

        assertThat(holes.takeLowest(0x1000, 0x4000)).isEqualTo(0x4000);
        assertThat(holes.takeHighest(0x1000, 0x4000)).isEqualTo(0x10000);
        assertThat(holes.takeHighest(0x1000, 0x1000)).isEqualTo(0xf000);
    }

    @Test
    void take_nothingFits_saysWhat() {
        AddressHoles holes = new AddressHoles("mappable", 0, 0x1000);

        assertThatExceptionOfType(GuestTroubleException.class)
                .isThrownBy(() -> holes.takeLowest(0x2000, 1))
                .withMessageContaining("mappable");
    }

    @Test
    void giveBack_everythingInAnyOrder_mergesToOneHole() {
        Seeds.forEach(
                50,
                random -> {
                    AddressHoles holes = new AddressHoles("test", 0, 64 * 0x1000);
                    List<Long> taken = new ArrayList<>();
                    for (int i = 0; i < 64; i++) {
                        taken.add(
                                random.nextBoolean()
                                        ? holes.takeLowest(0x1000, 0x1000)
                                        : holes.takeHighest(0x1000, 0x1000));
                    }
                    assertThat(taken).doesNotHaveDuplicates();
                    while (!taken.isEmpty()) {
                        holes.giveBack(taken.remove(random.nextInt(taken.size())), 0x1000);
                    }
                    assertThat(holes.takeLowest(64 * 0x1000, 1)).isZero();
                });
    }
}
