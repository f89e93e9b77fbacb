package org.gpumediator.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gpumediator.core.policy.Inventories.APERTURE;
import static org.gpumediator.core.policy.Inventories.FENCES;
import static org.gpumediator.core.policy.Inventories.HIDDEN;
import static org.gpumediator.core.policy.Inventories.MIB;
import static org.gpumediator.core.policy.Inventories.graphics;
import static org.gpumediator.core.policy.Inventories.held;
import static org.gpumediator.core.policy.Inventories.placed;
import static org.gpumediator.core.policy.Inventories.refused;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision.Refused;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourceKind.Unit;
import org.gpumediator.api.partition.ResourceRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PartitionPolicyTest {

    static List<PartitionPolicy> policies() {
        return List.of(
                new FirstFit(),
                new BestFit(),
                new EqualShares(4),
                new StaticShares("host", Map.of("aperture", 96 * MIB)));
    }

    private static PartitionRequest at(PartitionRequest request, ResourceKind kind, long place) {
        Map<ResourceKind, Long> places = new LinkedHashMap<>(request.places());
        places.put(kind, place);
        return new PartitionRequest(request.owner(), request.type(), places);
    }

    @Test
    void bestFit_twoHoles_takesTheTighter() {
        PartitionPolicy first = new FirstFit();
        GpuInventory gpu = graphics(512);
        gpu = placed(first, gpu, graphics("a", 200, 1, 1));
        gpu = placed(first, gpu, graphics("b", 100, 1, 1));
        gpu = placed(first, gpu, graphics("c", 64, 1, 1));
        gpu = placed(first, gpu, graphics("d", 50, 1, 1));
        gpu = gpu.without("a").without("c");
        PartitionRequest small = graphics("e", 60, 1, 1);
        assertThat(held(placed(first, gpu, small), "e").range(APERTURE).start()).isZero();
        assertThat(held(placed(new BestFit(), gpu, small), "e").range(APERTURE).start())
                .isEqualTo(300 * MIB);
    }

    @Test
    void firstFit_fragmented_refusalTellsAvailableAndLargestHole() {
        PartitionPolicy policy = new FirstFit();
        GpuInventory gpu = graphics(512);
        for (String name : List.of("a", "b", "c", "d")) {
            gpu = placed(policy, gpu, graphics(name, 120, 1, 1));
        }
        gpu = gpu.without("a").without("c");
        assertThat(refused(policy, gpu, graphics("e", 130, 1, 1)))
                .isEqualTo(new Refused("e", APERTURE, 130 * MIB, 240 * MIB, 120 * MIB, ""));
    }

    @Test
    void refusal_severalResourcesShort_namesTheFirstOfTheInventory() {
        Refused refusal = refused(new FirstFit(), graphics(512), graphics("a", 500, 4000, 99));
        assertThat(refusal.kind()).isEqualTo(APERTURE);
        refusal = refused(new FirstFit(), graphics(512), graphics("a", 5, 4000, 99));
        assertThat(refusal.kind()).isEqualTo(HIDDEN);
        refusal = refused(new FirstFit(), graphics(512), graphics("a", 5, 5, 99));
        assertThat(refusal).isEqualTo(new Refused("a", FENCES, 99, 32, 32, ""));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void wishedPlace_free_isGivenExactly(PartitionPolicy policy) {
        PartitionRequest request = at(graphics("a", 96, 100, 4), APERTURE, 130 * MIB);
        assertThat(held(placed(policy, graphics(512), request), "a").range(APERTURE).start())
                .isEqualTo(130 * MIB);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void wishedPlace_taken_isRefusedWithTheReason(PartitionPolicy policy) {
        GpuInventory gpu =
                placed(policy, graphics(512), at(graphics("a", 96, 1, 1), APERTURE, 130 * MIB));
        PartitionRequest request = at(graphics("b", 96, 1, 1), APERTURE, 200 * MIB);
        Refused refusal = refused(policy, gpu, request);
        assertThat(refusal.kind()).isEqualTo(APERTURE);
        assertThat(refusal.reason()).isEqualTo("wished place 0xc800000 is not free");
    }

    @ParameterizedTest
    @MethodSource("policies")
    void wishedPlace_reservedOrOutsideOrOverflowing_isRefused(PartitionPolicy policy) {
        for (long place : new long[] {480 * MIB, 4096 * MIB, Long.MAX_VALUE / MIB * MIB}) {
            PartitionRequest request = at(graphics("a", 16, 1, 1), APERTURE, place);
            assertThat(refused(policy, graphics(512), request).kind()).isEqualTo(APERTURE);
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    void decide_illegalNumbers_nameValueAndLimit(PartitionPolicy policy) {
        GpuInventory gpu = graphics(512);
        ResourceKind strange = new ResourceKind("strange", Unit.PIECES, Shape.COUNT, 1);
        assertIllegal(policy, gpu, request(Map.of(APERTURE, MIB / 2)), "aperture 524288");
        assertIllegal(policy, gpu, request(Map.of(APERTURE, -MIB)), "aperture -1048576");
        assertIllegal(policy, gpu, request(Map.of(strange, 1L)), "strange");
        PartitionRequest good = request(Map.of(APERTURE, MIB));
        assertIllegal(policy, gpu, at(good, APERTURE, 5), "place aperture 5");
        assertIllegal(policy, gpu, at(good, APERTURE, -MIB), "place aperture -1048576");
        assertIllegal(policy, gpu, at(good, FENCES, 1), "none of it is asked for");
    }

    private static PartitionRequest request(Map<ResourceKind, Long> quotas) {
        return PartitionRequest.of("a", Inventories.type(quotas));
    }

    private static void assertIllegal(
            PartitionPolicy policy, GpuInventory gpu, PartitionRequest request, String message) {
        assertThatThrownBy(() -> policy.decide(gpu, request))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void explicitPlaces_missingPlace_isIllegal() {
        PartitionRequest request = at(graphics("a", 96, 100, 4), APERTURE, 0);
        assertIllegal(new ExplicitPlaces(), graphics(512), request, "no place wished for");
    }

    @Test
    void explicitPlaces_allGiven_areUsed() {
        PartitionRequest request = graphics("a", 96, 100, 4);
        request = at(at(at(request, APERTURE, 7 * MIB), HIDDEN, 600 * MIB), FENCES, 3);
        GpuInventory gpu = placed(new ExplicitPlaces(), graphics(512), request);
        assertThat(held(gpu, "a").range(HIDDEN)).isEqualTo(new ResourceRange(600 * MIB, 100 * MIB));
        assertThat(held(gpu, "a").range(FENCES)).isEqualTo(new ResourceRange(3, 4));
    }

    @Test
    void equalShares_four_cutTheGpuIntoFour() {
        PartitionPolicy policy = new EqualShares(4);
        GpuInventory gpu = graphics(512);
        for (String name : List.of("a", "b", "c", "d")) {
            gpu = placed(policy, gpu, graphics(name, 1, 1, 1));
        }
        assertThat(held(gpu, "d").amount(APERTURE)).isEqualTo(120 * MIB);
        assertThat(held(gpu, "d").amount(HIDDEN)).isEqualTo(384 * MIB);
        assertThat(held(gpu, "d").amount(FENCES)).isEqualTo(8);
        assertThat(refused(policy, gpu, graphics("e", 1, 1, 1)).available()).isZero();
    }

    @Test
    void equalShares_quotaAboveTheShare_isRefusedWithTheShare() {
        assertThat(refused(new EqualShares(4), graphics(512), graphics("a", 121, 1, 1)))
                .isEqualTo(
                        new Refused(
                                "a",
                                APERTURE,
                                121 * MIB,
                                480 * MIB,
                                480 * MIB,
                                "one of 4 shares is 120 MiB"));
    }

    @Test
    void equalShares_reservedPlacesInTheMiddle_stillFitAsManyAsPromised() {
        for (int shares = 1; shares <= 40; shares++) {
            PartitionPolicy policy = new EqualShares(shares);
            GpuInventory gpu = Inventories.odd();
            Map<ResourceKind, Long> one = new LinkedHashMap<>();
            gpu.resources().stream()
                    .map(GpuInventory.Resource::kind)
                    .filter(kind -> kind.shape() == Shape.RANGE)
                    .forEach(kind -> one.put(kind, kind.granularity()));
            for (int i = 0; i < shares; i++) {
                PartitionRequest request = PartitionRequest.of("vm" + i, Inventories.type(one));
                gpu = placed(policy, gpu, request);
            }
            assertThat(gpu.holdings()).hasSize(shares);
        }
    }
}
