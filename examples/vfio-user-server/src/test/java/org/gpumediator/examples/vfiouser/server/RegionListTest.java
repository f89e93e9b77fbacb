package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The list of regions beside the JDK's sorted map. */
class RegionListTest {

    private static ClientRegion at(long start) {
        return new ClientRegion(start, 0x1000, true, true, null);
    }

    @Test
    void list_afterAnyAddsAndRemoves_isAsASortedMap() {
        Random random = new Random(7);
        TreeMap<Long, ClientRegion> expected =
                new TreeMap<>(Comparator.comparing(key -> key ^ Long.MIN_VALUE));
        RegionList list = RegionList.EMPTY;
        for (int step = 0; step < 20_000; step++) {
            long start = (random.nextInt(4_000) - 2_000L) << 12;
            ClientRegion there = expected.get(start);
            if (there == null && (step < 10_000 || random.nextInt(4) == 0)) {
                ClientRegion added = at(start);
                expected.put(start, added);
                list = list.with(added);
            } else if (there != null && step >= 5_000) {
                expected.remove(start);
                list = list.without(there);
            }
            long asked = random.nextLong() >> random.nextInt(64);
            Map.Entry<Long, ClientRegion> floor = expected.floorEntry(asked);
            assertThat(list.floor(asked)).isSameAs(floor == null ? null : floor.getValue());
            assertThat(list.size()).isEqualTo(expected.size());
        }
        List<ClientRegion> all = new ArrayList<>();
        list.forEach(all::add);
        assertThat(all).containsExactlyElementsOf(expected.values());
    }

    @Test
    void list_emptied_isEmptyAgain() {
        RegionList list = RegionList.EMPTY;
        List<ClientRegion> regions = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            ClientRegion region = at((long) i << 12);
            regions.add(region);
            list = list.with(region);
        }
        for (ClientRegion region : regions) {
            list = list.without(region);
        }

        assertThat(list.size()).isZero();
        assertThat(list.floor(-1)).isNull();
    }
}
