package org.gpumediator.examples.hypervisor;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.vmm.BarRouter;
import org.gpumediator.core.vmm.BarRouter.Route;
import org.jspecify.annotations.Nullable;

/**
 * The PCI slot with the virtual GPU in it: carries out what configuration writes bring about, and
 * takes the virtual GPU's interrupts to the controller.
 *
 * <p>Messages are only queued where they are raised, which may be under a lock of the mediator, and
 * delivered by {@link #deliver}: after each access of the guest and by the event loop.
 */
class GpuSlot implements Bus.Card, InterruptSink, InterruptLine {

    private static final int CAPABILITIES = 0x34;
    private static final int CAPABILITY_MSI_X = 0x11;
    private static final int ALL_MASKED = 1 << 14;

    private final InterruptController controller;
    private final VmmPort port;
    private final ConcurrentLinkedQueue<Integer> raised = new ConcurrentLinkedQueue<>();
    private BarRouter router = new BarRouter(List.of());
    private @Nullable VirtualGpu gpu;
    private @Nullable MessageTable table;
    private int msixControl;
    private int tableBar = -1;
    private int tableStart;

    GpuSlot(GuestMemory memory, InterruptController controller) {
        this.controller = controller;
        port =
                new VmmPort(
                        memory,
                        this,
                        this,
                        VmmPort.MessageMasking.VMM,
                        SharedMemory.Allocator.inProcess());
    }

    /** Returns what a mediator needs to make the virtual GPU for this slot. */
    VmmPort port() {
        return port;
    }

    void plug(VirtualGpu virtualGpu) {
        gpu = virtualGpu;
        router = new BarRouter(virtualGpu);
        int vectors = virtualGpu.interrupts().msixVectors();
        if (vectors > 0) {
            int at = capability(CAPABILITY_MSI_X);
            int place = readConfig(at + 4, 4);
            msixControl = at + 2;
            table = new MessageTable(vectors);
            tableBar = place & 7;
            tableStart = place & ~7;
        }
    }

    VirtualGpu gpu() {
        return Objects.requireNonNull(gpu, "the slot is empty");
    }

    private int capability(int id) {
        int at = readConfig(CAPABILITIES, 1);
        while (readConfig(at, 1) != id) {
            at = readConfig(at + 1, 1);
        }
        return at;
    }

    // ---- configuration space -------------------------------------------------------------------

    int readConfig(int offset, int width) {
        return gpu().configSpace().read(offset, width);
    }

    void writeConfig(int offset, int width, int value) {
        gpu().configSpace().write(offset, width, value).forEach(this::carryOut);
        deliver();
    }

    void carryOut(ConfigWriteEffect effect) {
        router.apply(effect);
        if (effect instanceof ConfigWriteEffect.ResetRequested(ResetKind kind)) {
            reset(kind);
        }
    }

    /** Resets the virtual GPU; its BARs are nowhere then. */
    void reset(ResetKind kind) {
        gpu().reset(kind);
        router.forget();
        raised.clear();
        if (table != null) {
            table.reset();
        }
    }

    // ---- the bus -------------------------------------------------------------------------------

    @Override
    public @Nullable Route memory(long address) {
        return router.memory(address);
    }

    @Override
    public @Nullable Route port(int number) {
        return router.port(number);
    }

    @Override
    public long read(Route route, long offset, int width) {
        MessageTable ours = tableAt(route, offset, width);
        long value =
                ours == null
                        ? route.region().handler().read(offset, width)
                        : ours.read((int) offset - tableStart, width);
        deliver();
        return value;
    }

    @Override
    public void write(Route route, long offset, int width, long value) {
        MessageTable ours = tableAt(route, offset, width);
        if (ours == null) {
            route.region().handler().write(offset, width, value);
        } else {
            ours.write((int) offset - tableStart, width, value);
        }
        deliver();
    }

    private @Nullable MessageTable tableAt(Route route, long offset, int width) {
        MessageTable ours = table;
        return ours != null
                        && route.region().index() == tableBar
                        && offset >= tableStart
                        && offset <= tableStart + ours.length() - width
                ? ours
                : null;
    }

    // ---- interrupts ----------------------------------------------------------------------------

    @Override
    public void raise(int vector) {
        raised.add(vector);
    }

    @Override
    public void assertLevel() {
        controller.pin(true);
    }

    @Override
    public void deassert() {
        controller.pin(false);
    }

    /** Takes what was raised to the controller. Called with no lock of the mediator held. */
    void deliver() {
        for (Integer vector = raised.poll(); vector != null; vector = raised.poll()) {
            send(vector);
        }
        MessageTable ours = table;
        if (ours != null && (readConfig(msixControl, 2) & ALL_MASKED) == 0) {
            for (int vector = ours.release(); vector >= 0; vector = ours.release()) {
                controller.message(ours.data(vector));
            }
        }
    }

    private void send(int vector) {
        MessageInterrupts interrupts = gpu().interrupts();
        MessageTable ours = table;
        if (ours != null && interrupts.mode() == MessageInterrupts.Mode.MSI_X) {
            ours.hold(vector);
        } else if (interrupts.mode() == MessageInterrupts.Mode.MSI) {
            controller.message(interrupts.messageData(vector));
        }
    }
}
