package org.gpumediator.examples.policylab.dra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gpumediator.core.desired.DesiredState;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.VfInventory;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.junit.jupiter.api.Test;

class ClaimReaderTest {

    private static final Pool POOL = new Pool("gpu.example.com", "host-1", "host-1-gpu-0", 1);
    private static final List<ResourceSlice> SLICES =
            SliceExporter.export(
                    POOL,
                    VfInventory.empty(AdaBoard.L40, PlacementMode.HETEROGENEOUS),
                    VfInventory.types(
                                    TypeCatalogue.shipped(),
                                    FramebufferSetup.of(AdaBoard.L40),
                                    PlacementMode.HETEROGENEOUS)
                            .all()
                            .stream()
                            .filter(type -> type.name().endsWith("Q"))
                            .toList(),
                    Set.of());

    private static ResourceClaim claim(String name, String pool, String device, boolean admin) {
        return new ResourceClaimBuilder()
                .withNewMetadata()
                .withNamespace("vms")
                .withName(name)
                .endMetadata()
                .withNewStatus()
                .withNewAllocation()
                .withNewDevices()
                .addNewResult()
                .withDriver(POOL.driver())
                .withPool(pool)
                .withDevice(device)
                .withRequest("gpu")
                .withAdminAccess(admin)
                .endResult()
                .endDevices()
                .endAllocation()
                .endStatus()
                .build();
    }

    @Test
    void allocationBecomesADesiredStateThatIsReadBack() {
        ClaimReader reader = new ClaimReader(POOL, SLICES);
        ResourceClaim waiting =
                new ResourceClaimBuilder()
                        .withNewMetadata()
                        .withNamespace("vms")
                        .withName("waiting")
                        .endMetadata()
                        .build();

        DesiredState state =
                reader.read(
                        "10de:26b5",
                        List.of(
                                claim("a", POOL.name(), "l40-24q-24", false),
                                claim("b", "host-2-gpu-0", "l40-24q-0", false),
                                claim("c", POOL.name(), "l40-8q-0", true),
                                claim("d", POOL.name(), "l40-8q-16", false),
                                waiting));

        assertThat(state.format())
                .contains("gpu 10de:26b5")
                .contains("name=vms/a/gpu/l40-24q-24 type=L40-24Q placement=@0x18")
                .contains("name=vms/d/gpu/l40-8q-16 type=L40-8Q placement=@0x10")
                .doesNotContain("vms/b", "vms/c", "waiting");
        assertThat(DesiredState.parse(state.format())).isEqualTo(state);
    }

    @Test
    void unknownDeviceIsNamed() {
        ClaimReader reader = new ClaimReader(POOL, SLICES);

        assertThatThrownBy(
                        () ->
                                reader.read(
                                        "10de:26b5",
                                        List.of(claim("a", POOL.name(), "l4-1q-0", false))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pool host-1-gpu-0 has no device l4-1q-0");
    }

    @Test
    void goesThroughAServerAndBack() {
        KubernetesMockServer server =
                new KubernetesMockServer(
                        new Context(),
                        new MockWebServer(),
                        new HashMap<>(),
                        new KubernetesCrudDispatcher(),
                        false);
        server.init();
        try (KubernetesClient client = server.createClient()) {
            SLICES.forEach(slice -> client.resource(slice).create());
            client.resource(claim("a", POOL.name(), "l40-48q-0", false)).create();

            List<ResourceSlice> published =
                    client.resources(ResourceSlice.class).list().getItems().stream()
                            .sorted(
                                    java.util.Comparator.comparing(
                                            slice -> slice.getMetadata().getName()))
                            .toList();
            SliceLimits.check(published);
            assertThat(published)
                    .extracting(ResourceSlice::getSpec)
                    .isEqualTo(SLICES.stream().map(ResourceSlice::getSpec).toList());
            List<ResourceClaim> claims =
                    client.resources(ResourceClaim.class).inNamespace("vms").list().getItems();
            assertThat(new ClaimReader(POOL, published).read("10de:26b5", claims).format())
                    .contains("type=L40-48Q placement=@0");
        } finally {
            server.destroy();
        }
    }

    @Test
    void nameIsTheSameEachTime() {
        ResourceClaim claim = claim("a", POOL.name(), "l40-8q-0", false);
        Map<String, ResourceClaim> byOwner =
                Map.of(
                        ClaimReader.owner(
                                claim,
                                claim.getStatus()
                                        .getAllocation()
                                        .getDevices()
                                        .getResults()
                                        .getFirst()),
                        claim);

        assertThat(byOwner).containsOnlyKeys("vms/a/gpu/l40-8q-0");
    }
}
