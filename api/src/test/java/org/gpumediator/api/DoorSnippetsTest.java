package org.gpumediator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.junit.jupiter.api.Test;

/** What the Javadoc of the three doors shows, compiled and run. */
class DoorSnippetsTest {

    private final List<String> mapped = new ArrayList<>();

    private void map(TrapRegion region, long base) {
        mapped.add("BAR " + region.index() + " at " + base);
    }

    private void unmap(int index) {
        mapped.add("BAR " + index + " nowhere");
    }

    // @start region="vmm"
    /** A processor of the guest has written the configuration space. */
    void configWritten(VirtualGpu gpu, int offset, int width, int value) {
        for (ConfigWriteEffect effect : gpu.configSpace().write(offset, width, value)) {
            switch (effect) {
                case ConfigWriteEffect.BarMoved moved ->
                        map(gpu.bar(moved.index()), moved.newBase());
                case ConfigWriteEffect.DecodeChanged changed when changed.decoded() ->
                        map(gpu.bar(changed.index()), changed.base());
                case ConfigWriteEffect.DecodeChanged changed -> unmap(changed.index());
                case ConfigWriteEffect.ResetRequested asked -> gpu.reset(asked.kind());
                default -> {} // bus mastering, interrupts, power: the virtual GPU sees to them
            }
        }
    }

    // @end

    @Test
    void vmm_carriesOutEffectsInOrder() {
        VirtualGpu gpu = mock(VirtualGpu.class);
        ConfigSpace space = mock(ConfigSpace.class);
        when(gpu.configSpace()).thenReturn(space);
        when(gpu.bar(0))
                .thenReturn(
                        TrapRegion.trapped(0, BarKind.MEMORY_32, 4096, mock(TrapHandler.class)));
        when(space.write(4, 2, 6))
                .thenReturn(
                        List.of(
                                new ConfigWriteEffect.DecodeChanged(0, 8192, 4096, true),
                                new ConfigWriteEffect.BarMoved(0, 8192, 4096, 4096),
                                new ConfigWriteEffect.DecodeChanged(0, 4096, 4096, false),
                                new ConfigWriteEffect.ResetRequested(ResetKind.FUNCTION_LEVEL)));

        configWritten(gpu, 4, 2, 6);

        assertThat(mapped).containsExactly("BAR 0 at 8192", "BAR 0 at 4096", "BAR 0 nowhere");
        verify(gpu).reset(ResetKind.FUNCTION_LEVEL);
    }

    private static GpuBackend newBackend(BackendContext context) {
        return mock(GpuBackend.class, context.options().toString());
    }

    // @start region="spi"
    /** Drives one family of GPUs; named in {@code module-info} and in {@code META-INF/services}. */
    public static final class MyProvider implements GpuBackendProvider {

        @Override
        public String name() {
            return "my-gpu";
        }

        @Override
        public int apiVersion() {
            return API_VERSION;
        }

        @Override
        public boolean supports(GpuIdentity identity) {
            return identity.vendor() == 0x1234 && identity.device() == 0x5678;
        }

        @Override
        public GpuBackend open(BackendContext context) {
            return newBackend(context); // takes the GPU over; nobody else uses it from now on
        }
    }

    // @end

    @Test
    void spi_provider_knowsItsGpu() {
        MyProvider provider = new MyProvider();
        assertThat(provider.supports(new GpuIdentity(0x1234, 0x5678, 0, 0, 0, 0))).isTrue();
        assertThat(provider.supports(new GpuIdentity(0x1234, 0x5679, 0, 0, 0, 0))).isFalse();
        assertThat(provider.name()).isEqualTo("my-gpu");
    }

    // @start region="hardware"
    /** Lets the GPU write a page of ours: it gets a bus address, and loses it again. */
    long runOnce(PhysicalGpu gpu, MemorySegment page) {
        long address = gpu.mapForDma(page, PhysicalGpu.DmaAccess.READ_WRITE);
        try {
            gpu.write(0, 0x100, 8, address);
            return gpu.read(0, 0x108, 4);
        } finally {
            gpu.unmapForDma(address);
        }
    }

    // @end

    @Test
    void hardware_page_isMappedOnlyWhileItIsUsed() {
        PhysicalGpu gpu = mock(PhysicalGpu.class);
        when(gpu.mapForDma(any(), any())).thenReturn(0x1_0000L);
        when(gpu.read(0, 0x108, 4)).thenReturn(7L);
        try (Arena arena = Arena.ofConfined()) {
            assertThat(runOnce(gpu, arena.allocate(4096, 4096))).isEqualTo(7);
        }
        verify(gpu).write(0, 0x100, 8, 0x1_0000L);
        verify(gpu).unmapForDma(0x1_0000L);
    }
}
