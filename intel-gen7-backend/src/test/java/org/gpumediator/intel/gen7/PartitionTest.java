package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionTest {

    private static World world(long apertureMib) {
        return new World(
                FakeHaswell.builder().apertureBytes(apertureMib * World.MIB).build(), Map.of());
    }

    private static FakeVmm host(World world) {
        return world.vmm(VgpuRequest.ofQuotas("host", Map.of()).forHost());
    }

    private static ResourceRange range(VirtualGpu vgpu, String resource) {
        return vgpu.partition().kinds().stream()
                .filter(kind -> kind.name().equals(resource))
                .map(kind -> vgpu.partition().range(kind))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void create_hostAndThreeGuestsOf512Mib_fillTheGpuExactly() {
        try (World world = world(512)) {
            VirtualGpu host = host(world).gpu();
            assertThat(range(host, "aperture").length()).isEqualTo(96 * World.MIB);
            assertThat(range(host, "hidden").length()).isEqualTo(384 * World.MIB);
            assertThat(range(host, "fences").length()).isEqualTo(4);
            long aperture = range(host, "aperture").length();
            long hidden = range(host, "hidden").length();
            for (int i = 1; i <= 3; i++) {
                VirtualGpu guest = world.vmm("vm" + i, 128, 384).gpu();
                aperture += range(guest, "aperture").length();
                hidden += range(guest, "hidden").length();
                assertThat(range(guest, "aperture").end()).isLessThanOrEqualTo(480 * World.MIB);
            }
            assertThat(aperture + 32 * World.MIB).isEqualTo(512 * World.MIB);
            assertThat(hidden).isEqualTo(1536 * World.MIB);

            assertThatThrownBy(() -> world.vmm("vm4", 128, 384))
                    .isInstanceOfSatisfying(
                            InsufficientResourceException.class,
                            refused -> {
                                assertThat(refused.refusal().kind().name()).isEqualTo("aperture");
                                assertThat(refused.refusal().requested())
                                        .isEqualTo(128 * World.MIB);
                                assertThat(refused.refusal().available()).isZero();
                                assertThat(refused.refusal().largestHole()).isZero();
                            })
                    .hasMessageContaining("vm4")
                    .hasMessageContaining("requested 128 MiB")
                    .hasMessageContaining("available 0")
                    .hasMessageContaining("largest hole 0");
        }
    }

    @Test
    void create_sharesThatNobodyElseHas_areDisjoint() {
        try (World world = world(256)) {
            VirtualGpu[] all = {
                host(world).gpu(), world.vmm("vm1", 64, 384).gpu(), world.vmm("vm2", 64, 384).gpu()
            };
            for (String resource : new String[] {"aperture", "hidden", "fences"}) {
                for (int a = 0; a < all.length; a++) {
                    for (int b = 0; b < a; b++) {
                        ResourceRange one = range(all[a], resource);
                        ResourceRange two = range(all[b], resource);
                        assertThat(one.end() <= two.start() || two.end() <= one.start())
                                .as("%s of %s and %s", resource, all[a].name(), all[b].name())
                                .isTrue();
                    }
                }
            }
            assertThatThrownBy(() -> world.vmm("vm4", 1, 1))
                    .isInstanceOf(InsufficientResourceException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"512, 8", "512, 4", "512, 3", "512, 2", "512, 1", "256, 8", "256, 4", "256, 1"})
    void create_typeThatFillsTheGpu_fitsAsOftenAsItsNameSays(long apertureMib, int count) {
        try (World world = world(apertureMib)) {
            host(world);
            String name = "i915-GVTg_V3_" + count;
            VgpuType type = world.mediator.type(name);
            for (int i = 0; i < count; i++) {
                assertThat(world.mediator.availableInstances(type)).isEqualTo(count - i);
                world.vmm(VgpuRequest.ofType("vm" + i, name));
            }
            assertThat(world.mediator.availableInstances(type)).isZero();
            assertThatThrownBy(() -> world.vmm(VgpuRequest.ofType("more", name)))
                    .isInstanceOf(InsufficientResourceException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"512, 8", "512, 4", "512, 3", "512, 2", "512, 1", "256, 8", "256, 4", "128, 2"})
    void create_typeOnAGpuWithoutAHost_fitsAsOftenAsItSays(long apertureMib, int name) {
        try (World world = world(apertureMib)) {
            VgpuType type = world.mediator.type("i915-GVTg_V3_" + name);
            assertThat(world.mediator.availableInstances(type)).isEqualTo(type.maxInstances());
            for (int i = 0; i < type.maxInstances(); i++) {
                world.vmm(VgpuRequest.ofType("vm" + i, type.name()));
            }
            assertThatThrownBy(() -> world.vmm(VgpuRequest.ofType("more", type.name())))
                    .isInstanceOf(InsufficientResourceException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "aperture, 32, 32, 448, 4",
        "hidden, 128, 64, 128, 4",
        "fences, 7, 64, 448, 7",
    })
    void create_quotasLeftOut_areXenGtsDefaults(
            String given, long amount, long aperture, long hidden, long fences) {
        try (World world = world(512)) {
            long quota = given.equals("fences") ? amount : amount * World.MIB;
            VirtualGpu vgpu = world.vmm(VgpuRequest.ofQuotas("vm1", Map.of(given, quota))).gpu();
            assertThat(range(vgpu, "aperture").length()).isEqualTo(aperture * World.MIB);
            assertThat(range(vgpu, "hidden").length()).isEqualTo(hidden * World.MIB);
            assertThat(range(vgpu, "fences").length()).isEqualTo(fences);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {512, 256})
    void close_guestInTheMiddle_givesItsShareToTheNext(long apertureMib) {
        try (World world = world(apertureMib)) {
            world.vmm("vm1", 64, 128);
            FakeVmm gone = world.vmm("vm2", 64, 128);
            world.vmm("vm3", 32, 128);
            ResourceRange share = range(gone.gpu(), "aperture");
            gone.gpu().close();
            assertThat(range(world.vmm("vm4", 64, 128).gpu(), "aperture")).isEqualTo(share);
        }
    }
}
