package org.gpumediator.examples.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.vmm.BarRouter.Route;
import org.gpumediator.testkit.StubVirtualGpu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.InOrder;
import org.mockito.Mock;
import org.mockito.junit.jupiter.MockitoExtension;

/** One part of the device layer at a time, with mocks for the doors on its other side. */
@ExtendWith(MockitoExtension.class)
class DoorsTest {

    private static final long BASE = 0xc000_0000L;

    @Mock private TrapHandler handler;
    @Mock private GuestMemory memory;
    @Mock private Bus.Card card;

    private Route route() {
        return new Route(TrapRegion.trapped(0, BarKind.MEMORY_32, 4096, handler), BASE);
    }

    @Test
    void trapHandler_guestWrites_getsOffsetWidthAndValue() {
        GpuSlot slot = new GpuSlot(memory, new InterruptController());
        slot.plug(new StubVirtualGpu(slot.port()));

        slot.write(route(), 0x10, 4, 7);
        slot.read(route(), 0x18, 8);

        InOrder order = inOrder(handler);
        order.verify(handler).write(0x10, 4, 7);
        order.verify(handler).read(0x18, 8);
    }

    @Test
    void guestMemory_accessOutsideEveryBar_isTheOneAsked() {
        Bus bus = new Bus(memory);
        bus.plug(card);
        when(memory.read(eq(0x1000L), any(MemorySegment.class))).thenReturn(true);

        bus.read(0x1000, 4);

        verify(memory).read(eq(0x1000L), any());
        verify(card, never()).read(any(), anyLong(), anyInt());
    }

    @Test
    void guestMemory_accessInsideABar_isNotAsked() {
        Bus bus = new Bus(memory);
        bus.plug(card);
        when(card.memory(BASE + 8)).thenReturn(route());

        bus.write(BASE + 8, 4, 5);

        verify(card).write(any(), eq(8L), eq(4), eq(5L));
        verifyNoInteractions(memory);
    }

    @Test
    void guestMemory_thatRefuses_readsAsOnes() {
        Bus bus = new Bus(memory);
        when(memory.read(anyLong(), any())).thenReturn(false);

        assertThat(bus.read(0x1000, 2)).isEqualTo(0xffff);
    }

    @Test
    void interruptSinkAndLine_ofTheVirtualGpu_areUsedAsItsGuestHasChosen() {
        InterruptSink sink = mock(InterruptSink.class);
        InterruptLine line = mock(InterruptLine.class);
        StubVirtualGpu gpu =
                new StubVirtualGpu(
                        new VmmPort(
                                memory,
                                sink,
                                line,
                                VmmPort.MessageMasking.DEVICE,
                                SharedMemory.Allocator.inProcess()));

        gpu.level(true);
        gpu.level(false);

        InOrder order = inOrder(line);
        order.verify(line).assertLevel();
        order.verify(line).deassert();
        verify(sink, never()).raise(anyInt());
    }
}
