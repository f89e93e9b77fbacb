package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.nvidia.vf.types.TypeAttributes;
import org.gpumediator.nvidia.vf.view.AttributeTree;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.GspFault;
import org.gpumediator.testkit.ada.GspFaults;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files under known names, of a board in use. */
class LiveViewTest {

    private Rig rig = new Rig(AdaModel.L40);

    @AfterEach
    void close() {
        rig.close();
    }

    private AttributeTree tree() {
        return new AttributeTree(rig.mediator.inventory(), rig.mediator.types());
    }

    private String read(String path) {
        return tree().read(path).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"homogeneous", "heterogeneous"})
    void availableInstances_ofEveryType_areWhatTheMediatorSays(String mode) {
        rig.close();
        rig = new Rig(AdaModel.L40, "placement-mode", mode, "vfs", "20");
        rig.create("a", "L40-4Q");
        rig.create("b", "L40-4Q");
        AttributeTree tree = tree();
        for (VgpuType type : rig.mediator.types()) {
            String folder = "mdev_supported_types/nvidia-" + TypeAttributes.typeId(type) + "/";
            assertThat(tree.read(folder + "available_instances"))
                    .as(type.name())
                    .contains(rig.mediator.availableInstances(type) + "\n");
            assertThat(tree.read(folder + "name")).contains(type.name() + "\n");
        }
        assertThat(tree.read("sriov_numvfs")).contains("20\n");
    }

    @Test
    void currentType_followsCreatingAndClosing() {
        assertThat(read("virtfn0/nvidia/current_vgpu_type")).isEqualTo("0\n");
        VirtualGpu a = rig.create("a", "L40-8Q");
        assertThat(read("virtfn0/nvidia/current_vgpu_type")).isEqualTo("876\n");
        assertThat(read("virtfn0/nvidia/creatable_vgpu_types")).isEmpty();
        a.close();
        assertThat(read("virtfn0/nvidia/current_vgpu_type")).isEqualTo("0\n");
        assertThat(read("virtfn0/nvidia/creatable_vgpu_types")).contains("880   : NVIDIA L40-48Q");
    }

    @Test
    void lostShare_isStillHeld() {
        VirtualGpu a = rig.create("a", "L40-8Q");
        rig.board.faults().inject(GspFault.SCRUB_TIMEOUT, GspFaults.ANY);
        assertThatThrownBy(a::close).isInstanceOf(ShareLostException.class);
        assertThat(read("virtfn0/nvidia/creatable_vgpu_types")).isEmpty();
        assertThat(read("virtfn0/nvidia/current_vgpu_type")).isEqualTo("876\n");
        assertThat(read("mdev_supported_types/nvidia-876/available_instances")).isEqualTo("5\n");
        assertThat(read("virtfn0/mdev_supported_types/nvidia-876/available_instances"))
                .isEqualTo("0\n");
    }
}
