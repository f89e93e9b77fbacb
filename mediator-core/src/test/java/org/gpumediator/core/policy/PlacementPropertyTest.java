package org.gpumediator.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.GpuInventory.Resource;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.ResourceRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random creations and destructions against a model that is nothing but one bit for each place. The
 * seed can be set with {@code -Dorg.gpumediator.seed}.
 */
final class PlacementPropertyTest {

    private static final int OPERATIONS = 20_000;
    private static final long SEED = Long.getLong("org.gpumediator.seed", 20_140_619L);

    static List<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (PartitionPolicy policy : List.of(new FirstFit(), new BestFit())) {
            cases.add(Arguments.of(policy, "graphics 512", Inventories.graphics(512)));
            cases.add(Arguments.of(policy, "graphics 256", Inventories.graphics(256)));
            cases.add(Arguments.of(policy, "odd", Inventories.odd()));
        }
        cases.add(
                Arguments.of(
                        new StaticShares("host", Map.of("blocks", 80L, "encoder", 10L)),
                        "odd",
                        Inventories.odd()));
        return cases;
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("cases")
    void randomLife_neverOverlapsNeverLeaks(
            PartitionPolicy policy, String name, GpuInventory first) {
        Random random = new Random(SEED ^ name.hashCode());
        Model model = new Model(first);
        GpuInventory gpu = first;
        List<String> alive = new ArrayList<>();
        int placed = 0;
        int refused = 0;
        for (int i = 0; i < OPERATIONS; i++) {
            String context = policy + " on " + name + ", seed " + SEED + ", operation " + i;
            boolean destroys = !alive.isEmpty() && random.nextInt(100) < 45;
            if (destroys) {
                String owner = alive.remove(random.nextInt(alive.size()));
                model.release(Inventories.held(gpu, owner), context);
                gpu = gpu.without(owner);
                continue;
            }
            String owner = random.nextInt(10) == 0 && !alive.contains("host") ? "host" : "vm" + i;
            PartitionRequest request = request(owner, gpu, random);
            switch (policy.decide(gpu, request)) {
                case PartitionDecision.Placed(ResourcePartition partition) -> {
                    model.take(partition, context);
                    gpu = gpu.with(new Holding(owner, request.type(), partition));
                    alive.add(owner);
                    placed++;
                }
                case PartitionDecision.Refused refusal -> {
                    assertThat(refusal.available()).as(context).isNotNegative();
                    if (!(policy instanceof StaticShares)) {
                        model.checkRefusal(gpu, request, refusal, context);
                    }
                    refused++;
                }
            }
        }
        assertThat(placed).isGreaterThan(OPERATIONS / 20);
        assertThat(refused).isGreaterThan(OPERATIONS / 100);
        for (String owner : alive) {
            model.release(Inventories.held(gpu, owner), "in the end");
            gpu = gpu.without(owner);
        }
        assertThat(gpu).isEqualTo(first);
        assertThat(model.isEmpty()).isTrue();
    }

    private static PartitionRequest request(String owner, GpuInventory gpu, Random random) {
        Map<ResourceKind, Long> quotas = new LinkedHashMap<>();
        Map<ResourceKind, Long> places = new LinkedHashMap<>();
        for (Resource resource : gpu.resources()) {
            ResourceKind kind = resource.kind();
            long units = resource.space().length() / kind.granularity();
            long amount = random.nextLong(units / 3 + 1) * kind.granularity();
            quotas.put(kind, amount);
            if (kind.shape() == Shape.RANGE && amount > 0 && random.nextInt(20) == 0) {
                long first = resource.space().start() / kind.granularity();
                places.put(kind, (first + random.nextLong(units)) * kind.granularity());
            }
        }
        return new PartitionRequest(owner, Inventories.type(quotas), places);
    }

    /** One bit for each place, set where it is reserved or held. */
    private static final class Model {

        private final Map<ResourceKind, BitSet> taken = new LinkedHashMap<>();
        private final Map<ResourceKind, BitSet> never = new LinkedHashMap<>();
        private final Map<ResourceKind, Resource> resources = new LinkedHashMap<>();

        Model(GpuInventory gpu) {
            for (Resource resource : gpu.resources()) {
                if (resource.kind().shape() == Shape.RANGE) {
                    BitSet reserved = new BitSet();
                    resource.reserved().forEach(range -> set(reserved, resource.kind(), range));
                    taken.put(resource.kind(), (BitSet) reserved.clone());
                    never.put(resource.kind(), reserved);
                    resources.put(resource.kind(), resource);
                }
            }
        }

        /** Marks every unit that a range touches. */
        private static void set(BitSet bits, ResourceKind kind, ResourceRange range) {
            long unit = kind.granularity();
            bits.set((int) (range.start() / unit), (int) ((range.end() + unit - 1) / unit));
        }

        void take(ResourcePartition partition, String context) {
            taken.forEach(
                    (kind, bits) -> {
                        for (ResourceRange range : partition.ranges(kind)) {
                            Resource resource = Objects.requireNonNull(resources.get(kind));
                            assertThat(resource.space().contains(range)).as(context).isTrue();
                            BitSet wanted = new BitSet();
                            set(wanted, kind, range);
                            assertThat(wanted.intersects(bits)).as(context).isFalse();
                            bits.or(wanted);
                        }
                    });
        }

        void release(ResourcePartition partition, String context) {
            taken.forEach(
                    (kind, bits) -> {
                        for (ResourceRange range : partition.ranges(kind)) {
                            BitSet held = new BitSet();
                            set(held, kind, range);
                            int before = bits.cardinality();
                            bits.andNot(held);
                            assertThat(before - bits.cardinality())
                                    .as(context)
                                    .isEqualTo(held.cardinality());
                        }
                    });
        }

        void checkRefusal(
                GpuInventory gpu,
                PartitionRequest request,
                PartitionDecision.Refused refusal,
                String context) {
            ResourceKind kind = refusal.kind();
            assertThat(refusal.requested()).as(context).isEqualTo(request.type().quota(kind));
            if (kind.shape() == Shape.COUNT) {
                assertThat(refusal.requested()).as(context).isGreaterThan(gpu.available(kind));
                return;
            }
            Long wished = request.places().get(kind);
            if (wished == null) {
                assertThat(longestFree(kind)).as(context).isEqualTo(refusal.largestHole());
                assertThat(refusal.largestHole()).as(context).isLessThan(refusal.requested());
            } else {
                assertThat(refusal.reason()).as(context).contains("wished place");
                assertThat(isFree(kind, wished, refusal.requested())).as(context).isFalse();
            }
        }

        private boolean isFree(ResourceKind kind, long start, long length) {
            Resource resource = Objects.requireNonNull(resources.get(kind));
            BitSet bits = Objects.requireNonNull(taken.get(kind));
            ResourceRange wanted = new ResourceRange(start, length);
            BitSet wantedBits = new BitSet();
            set(wantedBits, kind, wanted);
            return resource.space().contains(wanted) && !wantedBits.intersects(bits);
        }

        private long longestFree(ResourceKind kind) {
            Resource resource = Objects.requireNonNull(resources.get(kind));
            BitSet bits = Objects.requireNonNull(taken.get(kind));
            long unit = kind.granularity();
            long longest = 0;
            long run = 0;
            long firstUnit = (resource.space().start() + unit - 1) / unit;
            for (long i = firstUnit; i < resource.space().end() / unit; i++) {
                run = bits.get((int) i) ? 0 : run + 1;
                longest = Math.max(longest, run);
            }
            return longest * unit;
        }

        boolean isEmpty() {
            return taken.equals(never);
        }
    }
}
