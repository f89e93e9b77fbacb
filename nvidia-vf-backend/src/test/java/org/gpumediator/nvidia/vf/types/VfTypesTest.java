package org.gpumediator.nvidia.vf.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.types.FramebufferSetup.ErrorCorrection;
import org.junit.jupiter.api.Test;

class VfTypesTest {

    private static final AdaBoard BOARD = AdaBoard.L40;
    private static final ResourceKind FB = VfResources.framebuffer(BOARD);

    private static VfTypes types(AdaBoard board, ErrorCorrection correction) {
        return new VfTypes(
                TypeCatalogue.shipped(),
                FramebufferSetup.of(board, correction),
                type -> type.sharing().maxInstances());
    }

    private final VfTypes types = types(BOARD, ErrorCorrection.OFF);

    @Test
    void type_ofARecord_hasItsNumbersAndNames() {
        VgpuType type = types.byName("L40-8Q").orElseThrow();
        assertThat(type.name()).isEqualTo("NVIDIA L40-8Q");
        assertThat(type.typeClass()).isEqualTo("Quadro");
        assertThat(type.quota(FB)).isEqualTo(7808 * AdaBoard.MIB);
        assertThat(type.quota(VfResources.PLUGIN_HEAP)).isEqualTo(64 * AdaBoard.MIB);
        assertThat(type.quota(VfResources.CHANNEL_IDS)).isEqualTo(256);
        assertThat(type.quota(VfResources.PLACEMENT)).isEqualTo(8);
        assertThat(type.quota(VfResources.VF)).isEqualTo(1);
        assertThat(type.quota(VfResources.BAR1)).isEqualTo(256 * AdaBoard.MIB);
        assertThat(type.quota(VfResources.ENCODER)).isEqualTo(100);
        assertThat(type.displays()).isEqualTo(4);
        assertThat(type.maxInstances()).isEqualTo(6);
        assertThat(type.description())
                .isEqualTo(
                        "num_heads=4, frl_config=60, framebuffer=7808M,"
                                + " max_resolution=7680x4320, max_instance=6");
        assertThat(type.attributes())
                .containsEntry(TypeAttributes.SHORT_NAME, "L40-8Q")
                .containsEntry(TypeAttributes.VIRTUAL_DEVICE, "0x26b51774");
        assertThat(TypeAttributes.typeId(type)).isEqualTo(876);
    }

    @Test
    void byName_withVendorPrefix_findsTheSameType() {
        assertThat(types.byName("NVIDIA L40-8Q")).isEqualTo(types.byName("L40-8Q")).isPresent();
        assertThat(types.byName("L4-8Q")).isEmpty();
        assertThat(types.byId(876)).isEqualTo(types.byName("L40-8Q"));
    }

    @Test
    void all_inOrder_endWithTheLargest() {
        assertThat(types.all()).hasSize(22);
        assertThat(types.all().getFirst().name()).isEqualTo("NVIDIA L40-1B");
        assertThat(types.all().getLast().name()).isEqualTo("NVIDIA L40-48A");
    }

    @Test
    void errorCorrection_on_leavesWorkstationTypesOnly() {
        assertThat(types(BOARD, ErrorCorrection.ON).all())
                .hasSize(10)
                .allMatch(type -> "Q".equals(type.attributes().get(TypeAttributes.SERIES)));
    }

    @Test
    void errorCorrection_on_sizesByTheRule() {
        FramebufferSetup setup = FramebufferSetup.of(BOARD, ErrorCorrection.ON);
        TypeCatalogue catalogue = TypeCatalogue.shipped();
        assertThat(setup.totalBytes()).isEqualTo(46080 * AdaBoard.MIB);
        // 46080/1 - 1536 - 512; 46080/6 - 320 - 64; 46080/16 - 96 - 32 = 2752, down to 2688
        assertThat(mib(setup, catalogue.byName("L40-48Q").orElseThrow())).isEqualTo(44032);
        assertThat(mib(setup, catalogue.byName("L40-8Q").orElseThrow())).isEqualTo(7296);
        assertThat(mib(setup, catalogue.byName("L40-3Q").orElseThrow())).isEqualTo(2688);
        // the record's own size is the bound: 46080/32 - 0 - 32 would be 1408
        assertThat(mib(setup, catalogue.byName("L40-1Q").orElseThrow())).isEqualTo(1024);
    }

    private static long mib(FramebufferSetup setup, TypeRecord type) {
        return setup.guestFramebufferBytes(type) / AdaBoard.MIB;
    }

    @Test
    void errorCorrection_onForADesktopType_isRefused() {
        TypeRecord desktop = TypeCatalogue.shipped().byName("L40-2B").orElseThrow();
        FramebufferSetup setup = FramebufferSetup.of(BOARD, ErrorCorrection.ON);
        assertThat(setup.supports(desktop)).isFalse();
        assertThatThrownBy(() -> setup.guestFramebufferBytes(desktop))
                .hasMessageContaining("NVIDIA L40-2B: does not support error correction");
    }

    @Test
    void setup_withAnOddTotal_isRoundedUpToTheSegment() {
        FramebufferSetup setup =
                new FramebufferSetup(BOARD, 46068 * AdaBoard.MIB, ErrorCorrection.ON);
        assertThat(setup).isEqualTo(FramebufferSetup.of(BOARD, ErrorCorrection.ON));
        assertThatThrownBy(() -> new FramebufferSetup(BOARD, AdaBoard.GIB, ErrorCorrection.ON))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> new FramebufferSetup(BOARD, 49 * AdaBoard.GIB, ErrorCorrection.OFF))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anonymous_withNothingSaid_getsTheLeast() {
        VgpuType type = types.anonymous(Map.of());
        assertThat(type.quota(FB)).isEqualTo(1024 * AdaBoard.MIB);
        assertThat(type.quota(VfResources.CHANNEL_IDS)).isEqualTo(64);
        assertThat(type.quota(VfResources.PLACEMENT)).isZero();
        assertThat(TypeAttributes.isAnonymous(type)).isTrue();
        assertThat(type.maxInstances()).isEqualTo(32);
    }

    @Test
    void anonymous_withSomeQuotas_fillsInTheRestFromItsModel() {
        VgpuType type = types.anonymous(Map.of(FB, 5 * AdaBoard.GIB));
        assertThat(type.quota(FB)).isEqualTo(5 * AdaBoard.GIB);
        assertThat(type.quota(VfResources.PLUGIN_HEAP)).isEqualTo(32 * AdaBoard.MIB);
        assertThat(type.quota(VfResources.CHANNEL_IDS)).isEqualTo(128);
        assertThat(TypeAttributes.typeId(type)).isEqualTo(874);
        assertThat(type.description()).contains("NVIDIA L40-4Q");
        assertThat(type.maxInstances()).isEqualTo(9);
    }

    @Test
    void anonymous_withIllegalQuota_namesItAndTheLimit() {
        refused(FB, 100 * AdaBoard.MIB, "multiple of 128 MiB");
        refused(FB, 0, "at least 128 MiB");
        refused(FB, 48 * AdaBoard.GIB, "at most");
        refused(FB, -128 * AdaBoard.MIB, "multiple");
        refused(VfResources.VF, 2, "expected 1");
        refused(VfResources.PLACEMENT, 4, "0 for free quotas");
        refused(VfResources.CHANNEL_IDS, 192, "power of two");
        refused(VfResources.CHANNEL_IDS, 0, "power of two");
        refused(VfResources.CHANNEL_IDS, 4096, "to 2048");
        refused(VfResources.PLUGIN_HEAP, 2 * AdaBoard.MIB, "at least");
        refused(VfResources.BAR1, 96 * AdaBoard.MIB, "power of two up to 2 GiB");
        refused(VfResources.BAR1, 4 * AdaBoard.GIB, "power of two up to 2 GiB");
        refused(VfResources.ENCODER, 101, "100 %");
        refused(VfResources.framebuffer(AdaBoard.L4), 64 * AdaBoard.MIB, "not one of this GPU");
    }

    private void refused(ResourceKind kind, long amount, String limit) {
        assertThatThrownBy(() -> types.anonymous(Map.of(kind, amount)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(kind.name())
                .hasMessageContaining(limit);
    }
}
