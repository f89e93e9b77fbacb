package org.gpumediator.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.core.policy.Inventories.APERTURE;
import static org.gpumediator.core.policy.Inventories.FENCES;
import static org.gpumediator.core.policy.Inventories.HIDDEN;
import static org.gpumediator.core.policy.Inventories.MIB;
import static org.gpumediator.core.policy.Inventories.graphics;
import static org.gpumediator.core.policy.Inventories.held;
import static org.gpumediator.core.policy.Inventories.placed;
import static org.gpumediator.core.policy.Inventories.refused;

import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision.Refused;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.ResourceRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The divisions that XenGT announced in its time, and where each runs out. */
final class GoldenPartitionTest {

    private static final PartitionPolicy STATIC =
            new StaticShares(
                    "host", Map.of("aperture", 96 * MIB, "hidden", 384 * MIB, "fences", 4L));

    static List<PartitionPolicy> policies() {
        return List.of(STATIC, new FirstFit(), new BestFit());
    }

    private static GpuInventory withHost(PartitionPolicy policy, long apertureMib) {
        return placed(policy, graphics(apertureMib), graphics("host", 96, 384, 4));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void hostAndThreeGuests_of128And384_fillThe512MibApertureExactly(PartitionPolicy policy) {
        GpuInventory gpu = withHost(policy, 512);
        for (String guest : List.of("vm1", "vm2", "vm3")) {
            gpu = placed(policy, gpu, graphics(guest, 128, 384, 4));
        }
        assertThat(gpu.available(APERTURE)).isZero();
        assertThat(gpu.available(HIDDEN)).isZero();
        assertThat(gpu.available(FENCES)).isEqualTo(16);

        Refused fourth = refused(policy, gpu, graphics("vm4", 128, 384, 4));
        assertThat(fourth).isEqualTo(new Refused("vm4", APERTURE, 128 * MIB, 0, 0, ""));
        assertThat(fourth.message())
                .isEqualTo(
                        "vm4: insufficient aperture: requested 128 MiB, available 0 B,"
                                + " largest hole 0 B");
    }

    @Test
    void staticShares_hostAndThreeGuests_lieInAscendingOrder() {
        GpuInventory gpu = graphics(512);
        for (String guest : List.of("vm1", "vm2", "vm3")) {
            gpu = placed(STATIC, gpu, graphics(guest, 128, 384, 4));
        }
        gpu = placed(STATIC, gpu, graphics("host", 64, 64, 1));
        assertThat(held(gpu, "host").range(APERTURE)).isEqualTo(mib(0, 96));
        assertThat(held(gpu, "host").range(HIDDEN)).isEqualTo(mib(512, 384));
        assertThat(held(gpu, "host").range(FENCES)).isEqualTo(new ResourceRange(0, 4));
        assertThat(held(gpu, "vm1").range(APERTURE)).isEqualTo(mib(96, 128));
        assertThat(held(gpu, "vm1").range(HIDDEN)).isEqualTo(mib(896, 384));
        assertThat(held(gpu, "vm1").range(FENCES)).isEqualTo(new ResourceRange(4, 4));
        assertThat(held(gpu, "vm2").range(APERTURE)).isEqualTo(mib(224, 128));
        assertThat(held(gpu, "vm3").range(APERTURE)).isEqualTo(mib(352, 128));
        assertThat(held(gpu, "vm3").range(HIDDEN)).isEqualTo(mib(1664, 384));
        assertThat(gpu.available(APERTURE)).isZero();
        assertThat(gpu.available(HIDDEN)).isZero();
    }

    @Test
    void staticShares_hostHasNotClaimedItsShare_guestsAreRefusedAllTheSame() {
        GpuInventory gpu = graphics(512);
        for (String guest : List.of("vm1", "vm2", "vm3")) {
            gpu = placed(STATIC, gpu, graphics(guest, 128, 384, 4));
        }
        Refused fourth = refused(STATIC, gpu, graphics("vm4", 64, 128, 4));
        assertThat(fourth.kind()).isEqualTo(APERTURE);
        assertThat(fourth.available()).isZero();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void thirdGuest_of64And448_failsOnHiddenMemory(PartitionPolicy policy) {
        GpuInventory gpu = withHost(policy, 512);
        gpu = placed(policy, gpu, graphics("vm1", 64, 448, 4));
        gpu = placed(policy, gpu, graphics("vm2", 64, 448, 4));
        assertThat(refused(policy, gpu, graphics("vm3", 64, 448, 4)))
                .isEqualTo(new Refused("vm3", HIDDEN, 448 * MIB, 256 * MIB, 256 * MIB, ""));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void twoGuests_of64And448_fillThe256MibAperture(PartitionPolicy policy) {
        GpuInventory gpu = withHost(policy, 256);
        gpu = placed(policy, gpu, graphics("vm1", 64, 448, 4));
        gpu = placed(policy, gpu, graphics("vm2", 64, 448, 4));
        assertThat(refused(policy, gpu, graphics("vm3", 64, 448, 4)))
                .isEqualTo(new Refused("vm3", APERTURE, 64 * MIB, 0, 0, ""));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void secondWindowsGuest_of128And384_failsOnThe256MibAperture(PartitionPolicy policy) {
        GpuInventory gpu = withHost(policy, 256);
        gpu = placed(policy, gpu, graphics("vm1", 128, 384, 4));
        assertThat(refused(policy, gpu, graphics("vm2", 128, 384, 4)))
                .isEqualTo(new Refused("vm2", APERTURE, 128 * MIB, 0, 0, ""));
    }

    private static ResourceRange mib(long start, long length) {
        return new ResourceRange(start * MIB, length * MIB);
    }
}
