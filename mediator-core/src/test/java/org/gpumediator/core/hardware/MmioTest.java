package org.gpumediator.core.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.junit.jupiter.api.Test;

/** Dwords of BAR0 as ints. */
final class MmioTest {

    private final PhysicalGpu gpu = mock(PhysicalGpu.class);
    private final Mmio mmio = new Mmio(gpu);

    @Test
    void dwordOfOnes_isMinusOne() {
        when(gpu.read(0, 0x2030, 4)).thenReturn(0xffff_ffffL);

        assertThat(mmio.read(0x2030)).isEqualTo(-1);
        assertThat(mmio.isPresent(0x2030)).isFalse();
    }

    @Test
    void anyOtherValue_saysThatTheGpuIsPresent() {
        when(gpu.read(0, 0, 4)).thenReturn(0x8000_0000L);

        assertThat(mmio.isPresent(0)).isTrue();
        assertThat(mmio.read(0)).isEqualTo(0x8000_0000);
    }

    @Test
    void write_isZeroExtended() {
        mmio.write(0x2030, -2);

        verify(gpu).write(0, 0x2030, 4, 0xffff_fffeL);
    }

    @Test
    void maskedWrite_changesBitsOfTheMaskOnly() {
        mmio.writeMasked(0x229c, 0x8200, 0x0201);

        verify(gpu).write(0, 0x229c, 4, 0x8200_0200L);
    }
}
