package org.gpumediator.nvidia.vf.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision.Placed;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.placement.HomogeneousRule;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.VfInventory;
import org.gpumediator.nvidia.vf.placement.VfPlacementPolicy;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.nvidia.vf.types.VfTypes;
import org.junit.jupiter.api.Test;

class AttributeTreeTest {

    private static final VfTypes TYPES =
            new VfTypes(
                    TypeCatalogue.shipped(),
                    FramebufferSetup.of(AdaBoard.L40),
                    type -> type.sharing().maxInstances());

    private static GpuInventory empty(PlacementMode mode, int vfs) {
        return VfInventory.empty(
                FramebufferSetup.of(AdaBoard.L40), mode, HomogeneousRule.SIZE, vfs);
    }

    private static GpuInventory with(GpuInventory inventory, String owner, VgpuType type) {
        Placed placed =
                (Placed)
                        VfPlacementPolicy.FIRST.decide(inventory, PartitionRequest.of(owner, type));
        return inventory.with(new GpuInventory.Holding(owner, type, placed.partition()));
    }

    private static VgpuType type(String name) {
        return TYPES.byName(name).orElseThrow();
    }

    private static AttributeTree tree(GpuInventory inventory) {
        return new AttributeTree(inventory, TYPES.all());
    }

    @Test
    void mdevType_ofAnEmptyBoard_hasItsFourFiles() {
        AttributeTree tree = tree(empty(PlacementMode.HOMOGENEOUS, 32));
        String folder = "mdev_supported_types/nvidia-871/";
        assertThat(tree.read(folder + "name")).contains("NVIDIA L40-1Q\n");
        assertThat(tree.read(folder + "description"))
                .contains(
                        "num_heads=4, frl_config=60, framebuffer=1024M,"
                                + " max_resolution=5120x2880, max_instance=32\n");
        assertThat(tree.read(folder + "available_instances")).contains("32\n");
        assertThat(tree.read(folder + "device_api")).contains("vfio-pci\n");
        assertThat(tree.read(folder + "create")).isEmpty();
    }

    @Test
    void availableInstances_afterSomeWereMade_areWhatIsLeft() {
        GpuInventory one = with(empty(PlacementMode.HETEROGENEOUS, 32), "a", type("L40-24Q"));
        AttributeTree tree = tree(one);
        assertThat(tree.read("mdev_supported_types/nvidia-879/available_instances"))
                .contains("1\n");
        assertThat(tree.read("mdev_supported_types/nvidia-880/available_instances"))
                .contains("0\n");
        assertThat(tree.read("mdev_supported_types/nvidia-876/available_instances"))
                .contains("2\n");
    }

    @Test
    void virtualFunction_asAParent_offersOneAtMost() {
        AttributeTree tree = tree(with(empty(PlacementMode.HETEROGENEOUS, 4), "a", type("L40-8Q")));
        String file = "/mdev_supported_types/nvidia-876/available_instances";
        assertThat(tree.read("virtfn0" + file)).contains("0\n");
        assertThat(tree.read("virtfn1" + file)).contains("1\n");
        assertThat(tree.read("virtfn4" + file)).isEmpty();
    }

    @Test
    void creatableTypes_ofAFreeFunction_haveHeaderAndLines() {
        GpuInventory one = with(empty(PlacementMode.HOMOGENEOUS, 32), "a", type("L40-8Q"));
        AttributeTree tree = tree(one);
        assertThat(tree.read("virtfn1/nvidia/creatable_vgpu_types"))
                .contains(
                        """
                        ID    : vGPU Name
                        876   : NVIDIA L40-8Q
                        886   : NVIDIA L40-8A
                        """);
        assertThat(tree.read("virtfn0/nvidia/creatable_vgpu_types")).contains("");
    }

    @Test
    void currentTypeAndPlacement_ofAFunction_areWhatItHolds() {
        GpuInventory two =
                with(
                        with(empty(PlacementMode.HETEROGENEOUS, 32), "a", type("L40-8Q")),
                        "b",
                        type("L40-4Q"));
        AttributeTree tree = tree(two);
        assertThat(tree.read("virtfn0/nvidia/current_vgpu_type")).contains("876\n");
        assertThat(tree.read("virtfn0/nvidia/placement_id")).contains("0\n");
        assertThat(tree.read("virtfn1/nvidia/current_vgpu_type")).contains("874\n");
        assertThat(tree.read("virtfn1/nvidia/placement_id")).contains("8\n");
        assertThat(tree.read("virtfn2/nvidia/current_vgpu_type")).contains("0\n");
        assertThat(tree.read("virtfn2/nvidia/placement_id")).contains("65535\n");
    }

    @Test
    void freeQuotas_ofAFunction_haveNoPlacementId() {
        VgpuType custom =
                TYPES.anonymous(Map.of(VfResources.framebuffer(AdaBoard.L40), 2 * AdaBoard.GIB));
        AttributeTree tree = tree(with(empty(PlacementMode.HETEROGENEOUS, 32), "a", custom));
        assertThat(tree.read("virtfn0/nvidia/placement_id")).contains("65535\n");
        assertThat(tree.read("virtfn0/nvidia/current_vgpu_type")).contains("872\n");
    }

    @Test
    void physicalFunction_countsItsVirtualOnes() {
        AttributeTree tree = tree(empty(PlacementMode.HOMOGENEOUS, 4));
        assertThat(tree.read("sriov_totalvfs")).contains("32\n");
        assertThat(tree.read("sriov_numvfs")).contains("4\n");
        assertThat(tree(empty(PlacementMode.HOMOGENEOUS, 0)).files().keySet())
                .noneMatch(path -> path.startsWith("virtfn"));
    }
}
