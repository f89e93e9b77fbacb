package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gpumediator.api.ResetKind;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of how much of its aperture a guest is told. */
final class VisibleApertureTest {

    private static final int APERTURE_BASE = 0x7_8040;
    private static final int APERTURE_SIZE = 0x7_8044;
    private static final int HIDDEN_SIZE = 0x7_804c;

    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    private static VgpuRequest request(String... attributes) {
        VgpuRequest request = World.quotas("vm1", 64, 384, 4);
        for (int i = 0; i < attributes.length; i += 2) {
            request = request.with(attributes[i], attributes[i + 1]);
        }
        return request;
    }

    private static long told(FakeVmm vmm, int offset) {
        return vmm.gpu().bar(0).handler().read(offset, 4);
    }

    @Test
    void guestWithoutPorts_isToldOfAllOfIt() {
        FakeVmm vmm = world.vmm(request());
        assertThat(told(vmm, APERTURE_SIZE)).isEqualTo(64 * World.MIB);
    }

    @Test
    void guestWithPorts_isToldOfLessThanAFrameBuffer_fromTheSameBase() {
        long base = told(world.vmm(request()), APERTURE_BASE);
        world.mediator.virtualGpus().forEach(vgpu -> vgpu.close());
        FakeVmm vmm = world.vmm(request("display", "dp-b:1024x768"));
        assertThat(told(vmm, APERTURE_BASE)).isEqualTo(base);
        assertThat(told(vmm, APERTURE_SIZE))
                .isEqualTo(3 * World.MIB)
                .isLessThanOrEqualTo(1024 * 768 * 4);
        assertThat(told(vmm, HIDDEN_SIZE)).isEqualTo(384 * World.MIB);
        vmm.gpu().reset(ResetKind.FUNCTION_LEVEL);
        assertThat(told(vmm, APERTURE_SIZE)).isEqualTo(3 * World.MIB);
    }

    @ParameterizedTest
    @CsvSource({"all, 64", "1M, 1", "64M, 64", "9999M, 64"})
    void wish_isGranted_upToWhatItOwns(String wish, long mebibytes) {
        FakeVmm vmm = world.vmm(request("display", "dp-b", "visible-aperture", wish));
        assertThat(told(vmm, APERTURE_SIZE)).isEqualTo(mebibytes * World.MIB);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0M", "3", "3m", "-1M", "99999M", "All"})
    void anythingElse_isRefused(String wish) {
        VgpuRequest request = request("visible-aperture", wish);
        assertThatThrownBy(() -> world.mediator.create(request, FakeVmm.create().port()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("visible-aperture=" + wish);
    }
}
