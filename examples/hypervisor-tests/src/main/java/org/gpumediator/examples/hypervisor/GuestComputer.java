package org.gpumediator.examples.hypervisor;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.vmm.SegmentMemory;

/**
 * One guest's computer: memory, bus, interrupt controller, a slot with a virtual GPU, and the event
 * loop that steps the mediator. Time is what {@link #run} is told; a real one would ask its clock.
 */
class GuestComputer implements AutoCloseable {

    private static final long PAGE = 4096;

    final SegmentMemory memory = new SegmentMemory();
    final InterruptController controller = newController();
    final GpuSlot slot = newSlot(memory, controller);
    final Bus bus = newBus(memory);
    private final Map<Long, Arena> arenas = new HashMap<>();
    private LongUnaryOperator mediatorStep = now -> Long.MAX_VALUE;
    private long now;
    private long due;

    // Parts are made here, so that a test can put another one in.

    InterruptController newController() {
        return new InterruptController();
    }

    GpuSlot newSlot(GuestMemory guestMemory, InterruptController interruptController) {
        return new GpuSlot(guestMemory, interruptController);
    }

    Bus newBus(GuestMemory guestMemory) {
        return new Bus(guestMemory);
    }

    /**
     * Puts memory and a virtual GPU in, and switches on.
     *
     * @param ramBytes memory at address 0, a multiple of 4 KiB
     * @param card makes the virtual GPU for the slot
     * @param step steps the mediator at a time, and answers when to do so again
     */
    void powerOn(long ramBytes, Function<VmmPort, VirtualGpu> card, LongUnaryOperator step) {
        addRam(0, ramBytes);
        slot.plug(card.apply(slot.port()));
        bus.plug(slot);
        mediatorStep = step;
    }

    void addRam(long start, long bytes) {
        Arena arena = Arena.ofShared();
        arenas.put(start, arena);
        memory.add(start, arena.allocate(bytes, PAGE), SegmentMemory.Access.READ_WRITE);
    }

    /** Takes memory away: the mediator lets go of it before it goes. */
    void removeRam(long start) {
        memory.remove(start);
        Arena arena = arenas.remove(start);
        if (arena != null) {
            arena.close();
        }
    }

    /** Lets time pass: steps the mediator whenever it is due. */
    void run(long nanos) {
        long end = now + nanos;
        while (due <= end) {
            now = Math.max(now, due);
            due = Math.max(now + 1, mediatorStep.applyAsLong(now));
            slot.deliver();
        }
        now = end;
        slot.deliver();
    }

    /** Somebody has brought work: the mediator wants to be stepped at once. */
    void stepSoon() {
        due = now;
    }

    void reboot() {
        slot.reset(ResetKind.BUS);
        controller.reset();
    }

    /** Switches off: the virtual GPU goes first, the memory that it uses last. */
    @Override
    public void close() {
        slot.gpu().close();
        for (var region : memory.regions()) {
            removeRam(region.start());
        }
    }
}
