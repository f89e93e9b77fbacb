package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.api.vmm.VmmPort.MessageMasking;

/** A VMM that has no memory and writes down the interrupts it gets. */
final class RecordingPort implements InterruptLine {

    private final List<Integer> raised = new ArrayList<>();
    private boolean asserted;
    private int edges;

    VmmPort port(MessageMasking masking) {
        return new VmmPort(
                GuestMemory.none(), this::raise, this, masking, SharedMemory.Allocator.inProcess());
    }

    VmmPort port() {
        return port(MessageMasking.DEVICE);
    }

    private synchronized void raise(int vector) {
        raised.add(vector);
    }

    /** Returns the vectors raised since the last call. */
    synchronized List<Integer> takeRaised() {
        List<Integer> taken = List.copyOf(raised);
        raised.clear();
        return taken;
    }

    synchronized boolean isAsserted() {
        return asserted;
    }

    /** Returns how often the level of the line has changed. */
    synchronized int edges() {
        return edges;
    }

    @Override
    public synchronized void assertLevel() {
        assertThat(asserted).as("line already asserted").isFalse();
        asserted = true;
        edges++;
    }

    @Override
    public synchronized void deassert() {
        assertThat(asserted).as("line not asserted").isTrue();
        asserted = false;
        edges++;
    }
}
