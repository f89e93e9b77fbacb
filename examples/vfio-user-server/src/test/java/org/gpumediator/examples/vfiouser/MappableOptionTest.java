package org.gpumediator.examples.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.examples.common.FakeGpu;
import org.gpumediator.examples.common.FakeGpus;
import org.gpumediator.examples.common.UsageException;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.SteppedClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much of a virtual function's windows a client may map. */
class MappableOptionTest {

    private final SteppedClock clock = new SteppedClock();

    private List<DirectWindow> windows(String gpu, int bar) {
        FakeGpu fake = FakeGpus.open(gpu, clock);
        Mediator.Builder builder = Mediator.builder(fake.gpu()).clock(clock);
        fake.backendOptions().forEach(builder::option);
        try (Mediator mediator = builder.build()) {
            VirtualGpu vgpu =
                    mediator.create(
                            VgpuRequest.ofType("a", "NVIDIA L40-8Q"),
                            VmmPort.of(new FakeGuestMemory(), vector -> {}));
            return vgpu.bar(bar).directWindows();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void windows_askedFor_haveADescriptor(int bar) {
        assertThat(windows("l40,mappable=4M", bar))
                .singleElement()
                .satisfies(
                        window -> {
                            assertThat(window.offset()).isZero();
                            assertThat(window.length()).isEqualTo(4 << 20);
                            assertThat(window.backing().fileDescriptor()).isPresent();
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"l40", "l40,mappable=0"})
    void windows_notAskedFor_trap(String gpu) {
        assertThat(windows(gpu, 1)).isEmpty();
    }

    @Test
    void registers_alwaysTrap() {
        assertThat(windows("l40,mappable=4M", 0)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"64M", "1000", "x", ""})
    void amount_thatCannotBe_isABadOption(String amount) {
        assertThatThrownBy(() -> FakeGpus.open("l40,mappable=" + amount, clock))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("mappable");
    }
}
