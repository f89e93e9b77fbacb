package org.gpumediator.examples.hypervisor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.core.vmm.BarRouter.Route;
import org.jspecify.annotations.Nullable;

/**
 * The guest's two address spaces. An access goes to the card's BAR that decodes its first byte,
 * otherwise to memory; where neither is, reads are ones and writes are lost.
 */
class Bus {

    private final GuestMemory memory;
    private @Nullable Card card;

    /** Who answers in place of memory. */
    interface Card {

        /** Returns the BAR at a memory address. */
        @Nullable Route memory(long address);

        /** Returns the BAR at a port. */
        @Nullable Route port(int port);

        /** Reads from one of its BARs. */
        long read(Route route, long offset, int width);

        /** Writes to one of its BARs. */
        void write(Route route, long offset, int width, long value);
    }

    Bus(GuestMemory memory) {
        this.memory = memory;
    }

    void plug(Card newCard) {
        card = Objects.requireNonNull(newCard, "newCard");
    }

    long read(long address, int width) {
        Route route = card == null ? null : card.memory(address);
        return route == null ? readMemory(address, width) : readCard(route, address, width);
    }

    void write(long address, int width, long value) {
        Route route = card == null ? null : card.memory(address);
        if (route == null) {
            MemorySegment bytes = MemorySegment.ofArray(new byte[width]);
            AccessWidth.put(bytes, 0, width, value);
            boolean ignored = memory.write(address, bytes);
        } else {
            writeCard(route, address, width, value);
        }
    }

    private long readMemory(long address, int width) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[width]);
        return memory.read(address, bytes)
                ? AccessWidth.get(bytes, 0, width)
                : AccessWidth.ones(width);
    }

    long readPort(int port, int width) {
        Route route = card == null ? null : card.port(port);
        return route == null ? AccessWidth.ones(width) : readCard(route, port, width);
    }

    void writePort(int port, int width, long value) {
        Route route = card == null ? null : card.port(port);
        if (route != null) {
            writeCard(route, port, width, value);
        }
    }

    private long readCard(Route route, long address, int width) {
        return Objects.requireNonNull(card, "card").read(route, route.offset(address), width);
    }

    private void writeCard(Route route, long address, int width, long value) {
        Objects.requireNonNull(card, "card").write(route, route.offset(address), width, value);
    }
}
