package org.gpumediator.intel.gen7.irq;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.core.hardware.Mmio;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;
import org.mockito.Mockito;

class PhysicalInterruptsTest {

    private static final int MASTER = 0x4_400c;
    private static final long ENABLE = 0x8000_0000L;

    @Test
    void handlerThatThrows_leavesTheMasterEnabled() {
        PhysicalGpu gpu = Mockito.mock(PhysicalGpu.class);
        Mockito.when(gpu.read(0, InterruptBank.GT.iir(), 4)).thenReturn(1L);
        PhysicalInterrupts interrupts =
                new PhysicalInterrupts(
                        new Mmio(gpu),
                        1,
                        1,
                        (gt, pm) -> {
                            throw new InternalError("broken");
                        });
        Mockito.clearInvocations(gpu);
        assertThatThrownBy(interrupts::service).isInstanceOf(InternalError.class);
        InOrder order = Mockito.inOrder(gpu);
        order.verify(gpu).write(0, MASTER, 4, 0);
        order.verify(gpu).write(0, MASTER, 4, ENABLE);
    }
}
