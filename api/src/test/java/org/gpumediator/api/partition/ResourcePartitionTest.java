package org.gpumediator.api.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourceKind.Unit;
import org.junit.jupiter.api.Test;

class ResourcePartitionTest {

    private static final ResourceKind PLACES =
            new ResourceKind("places", Unit.PIECES, Shape.RANGE, 2);
    private static final ResourceKind COUNT =
            new ResourceKind("count", Unit.PIECES, Shape.COUNT, 5);

    @Test
    void equal_whateverTheOrderItWasMadeIn() {
        ResourcePartition one =
                new ResourcePartition.Builder()
                        .count(COUNT, 10)
                        .ranges(PLACES, List.of(new ResourceRange(8, 2), new ResourceRange(2, 4)))
                        .build();
        ResourcePartition other =
                ResourcePartition.of(
                        Map.of(PLACES, List.of(new ResourceRange(2, 4), new ResourceRange(8, 2))),
                        Map.of(COUNT, 10L));

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(one.amount(PLACES)).isEqualTo(6);
        assertThat(one.kinds()).containsExactly(COUNT, PLACES);
        assertThat(one)
                .hasToString("{count=10, places=6 [0x2,0x6) [0x8,0xa)}")
                .isNotEqualTo(new ResourcePartition.Builder().count(COUNT, 10).build());
    }

    @Test
    void moreResourcesThanUsual_areAllThere() {
        ResourcePartition.Builder builder = new ResourcePartition.Builder();
        Map<ResourceKind, Long> counts = new LinkedHashMap<>();
        for (int i = 0; i < 20; i++) {
            ResourceKind kind = new ResourceKind("k" + i, Unit.PIECES, Shape.COUNT, 1);
            builder.count(kind, i);
            counts.put(kind, (long) i);
        }

        assertThat(builder.build()).isEqualTo(ResourcePartition.of(Map.of(), counts));
    }

    @Test
    void builder_refusesASecondShareOfAResource_andASecondPartition() {
        ResourcePartition.Builder builder = new ResourcePartition.Builder().count(COUNT, 5);

        assertThatThrownBy(() -> builder.count(COUNT, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("count: given twice");
        assertThatThrownBy(() -> builder.range(PLACES, new ResourceRange(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("multiples of 2");
        builder.build();
        assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.range(PLACES, new ResourceRange(0, 2)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void largestHole_isTheLongestOfTheHoles() {
        Random random = new Random(11);
        VgpuType type = new VgpuType("t", "", "", Map.of(), 0, 0, 0, 1, Map.of());
        for (int round = 0; round < 200; round++) {
            List<GpuInventory.Holding> holdings = new ArrayList<>();
            for (int at = 4; at < 60; at += 2 + 2 * random.nextInt(6)) {
                holdings.add(
                        new GpuInventory.Holding(
                                "vm" + at,
                                type,
                                new ResourcePartition.Builder()
                                        .range(PLACES, new ResourceRange(at, 2))
                                        .build()));
            }
            GpuInventory inventory =
                    new GpuInventory(
                            List.of(
                                    new GpuInventory.Resource(
                                            PLACES,
                                            new ResourceRange(0, 64),
                                            List.of(new ResourceRange(0, 4)))),
                            holdings,
                            Map.of());

            assertThat(inventory.largestHole(PLACES))
                    .isEqualTo(
                            inventory.holes(PLACES).stream()
                                    .mapToLong(ResourceRange::length)
                                    .max()
                                    .orElse(0));
        }
    }
}
