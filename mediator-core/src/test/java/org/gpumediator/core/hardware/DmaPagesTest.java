package org.gpumediator.core.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gpumediator.api.HardwareAccessException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;

/** Pages of the mediator's own that a GPU reaches, from their mapping to their end. */
final class DmaPagesTest {

    private final PhysicalGpu gpu = mock(PhysicalGpu.class);

    @Test
    void pages_areZeroAlignedAndMappedUntilClosed() {
        when(gpu.mapForDma(any(), any())).thenReturn(0x7000L);

        DmaPages pages = new DmaPages(gpu, 3 * 4096, DmaAccess.READ_ONLY);

        assertThat(pages.busAddress()).isEqualTo(0x7000);
        assertThat(pages.pages()).isEqualTo(3);
        assertThat(pages.segment().address() % 4096).isZero();
        assertThat(pages.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        verify(gpu).mapForDma(pages.segment(), DmaAccess.READ_ONLY);

        pages.close();
        pages.close();

        verify(gpu, times(1)).unmapForDma(0x7000);
        assertThat(pages.segment().scope().isAlive()).isFalse();
    }

    @Test
    void words_areLittleEndian() {
        try (DmaPages pages = new DmaPages(gpu, 4096, DmaAccess.READ_WRITE)) {
            pages.putLong(8, 0x0807_0605_0403_0201L);
            pages.putInt(16, 0x1413_1211);

            assertThat(pages.segment().get(ValueLayout.JAVA_BYTE, 8)).isEqualTo((byte) 1);
            assertThat(pages.getInt(12)).isEqualTo(0x0807_0605);
            assertThat(pages.segment().get(ValueLayout.JAVA_BYTE, 19)).isEqualTo((byte) 0x14);
        }
    }

    @Test
    void mappingThatTheHostRefuses_keepsNoMemory() {
        when(gpu.mapForDma(any(), any())).thenThrow(new HardwareAccessException("no room", null));

        assertThatThrownBy(() -> new DmaPages(gpu, 4096, DmaAccess.READ_WRITE))
                .isInstanceOf(HardwareAccessException.class);

        ArgumentCaptor<MemorySegment> asked = ArgumentCaptor.captor();
        verify(gpu).mapForDma(asked.capture(), any());
        assertThat(asked.getValue().scope().isAlive()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {-4096, 0, 1, 4097})
    void lengthThatIsNoWholeNumberOfPages_isRefused(long bytes) {
        assertThatThrownBy(() -> new DmaPages(gpu, bytes, DmaAccess.READ_ONLY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("length " + bytes);
        verifyNoInteractions(gpu);
    }
}
