package org.gpumediator.examples.kvmvmm.machine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.examples.kvmvmm.kvm.MemorySlots;
import org.jspecify.annotations.Nullable;

/**
 * One function on the root bus: its configuration space, and its BARs where the guest has put them.
 * What a configuration write brings about is carried out here, before the guest goes on.
 */
final class PciSlot implements AutoCloseable {

    private static final int BARS = 7;
    private static final long UNPLACED = -1;

    private final ConfigSpace config;
    private final @Nullable TrapRegion[] regions = new TrapRegion[BARS];
    private final @Nullable VirtualGpu vgpu;
    private final AddressMap memory;
    private final AddressMap ports;
    private final MemorySlots slots;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final long[] placed = new long[BARS];

    @GuardedBy("lock")
    private final List<List<Integer>> windows = new ArrayList<>();

    private PciSlot(
            ConfigSpace config,
            @Nullable VirtualGpu vgpu,
            AddressMap memory,
            AddressMap ports,
            MemorySlots slots) {
        this.config = config;
        this.vgpu = vgpu;
        this.memory = memory;
        this.ports = ports;
        this.slots = slots;
        Arrays.fill(placed, UNPLACED);
        for (int i = 0; i < BARS; i++) {
            windows.add(new ArrayList<>());
        }
        if (vgpu != null) {
            vgpu.regions().forEach(region -> regions[region.index()] = region);
        }
    }

    /** A function without BARs: a bridge. */
    static PciSlot bridge(ConfigSpace config, AddressMap memory, AddressMap ports) {
        return new PciSlot(config, null, memory, ports, NoSlots.INSTANCE);
    }

    /**
     * A virtual GPU.
     *
     * @param slots where its direct windows are mapped
     */
    static PciSlot of(VirtualGpu vgpu, AddressMap memory, AddressMap ports, MemorySlots slots) {
        return new PciSlot(vgpu.configSpace(), vgpu, memory, ports, slots);
    }

    /** Returns its BARs and expansion ROM. */
    List<TrapRegion> regions() {
        return vgpu == null ? List.of() : vgpu.regions();
    }

    /** Reads its configuration space for the guest. */
    int read(int offset, int width) {
        return config.read(offset, width);
    }

    /** Writes its configuration space for the guest. */
    void write(int offset, int width, int value) {
        // Effects of two processors' writes are carried out in the order of the writes.
        synchronized (lock) {
            List<ConfigWriteEffect> effects = config.write(offset, width, value);
            for (int i = 0; i < effects.size(); i++) {
                carryOut(effects.get(i));
            }
        }
    }

    @GuardedBy("lock")
    private void carryOut(ConfigWriteEffect effect) {
        switch (effect) {
            case ConfigWriteEffect.BarMoved moved -> place(moved.index(), moved.newBase());
            case ConfigWriteEffect.DecodeChanged changed ->
                    place(changed.index(), changed.decoded() ? changed.base() : UNPLACED);
            case ConfigWriteEffect.ResetRequested asked -> reset(asked.kind());
            // The function minds these itself; messages are read when one is sent.
            case ConfigWriteEffect.BusMasterChanged ignored -> {}
            case ConfigWriteEffect.InterruptsChanged ignored -> {}
            case ConfigWriteEffect.PowerStateChanged ignored -> {}
        }
    }

    @GuardedBy("lock")
    private void reset(ResetKind kind) {
        if (vgpu != null) {
            vgpu.reset(kind);
        }
        for (int index = 0; index < BARS; index++) {
            place(index, config.barAddress(index).orElse(UNPLACED));
        }
    }

    @GuardedBy("lock")
    private void place(int index, long base) {
        TrapRegion region = regions[index];
        if (region == null || placed[index] == base) {
            return;
        }
        AddressMap map = region.kind() == BarKind.PORT_IO ? ports : memory;
        if (placed[index] != UNPLACED) {
            windows.get(index).forEach(slots::unmap);
            windows.get(index).clear();
            map.remove(placed[index], region.handler());
        }
        placed[index] = base;
        if (base != UNPLACED) {
            map.add(base, region.length(), region.handler());
            region.directWindows().forEach(window -> mapWindow(index, base, window));
        }
    }

    /** Without a slot the handler answers: a direct window is an offer. */
    @GuardedBy("lock")
    private void mapWindow(int index, long base, DirectWindow window) {
        int slot =
                slots.map(
                        base + window.offset(),
                        window.length(),
                        window.backing().segment().address() + window.backingOffset(),
                        false);
        if (slot != MemorySlots.NONE) {
            windows.get(index).add(slot);
        }
    }

    /** Returns where a BAR is, or -1 while it is not decoded. */
    long placement(int index) {
        synchronized (lock) {
            return placed[index];
        }
    }

    /** Takes its BARs out of the guest. */
    @Override
    public void close() {
        synchronized (lock) {
            for (int index = 0; index < BARS; index++) {
                place(index, UNPLACED);
            }
        }
    }

    private enum NoSlots implements MemorySlots {
        INSTANCE;

        @Override
        public int map(long guestAddress, long length, long hostAddress, boolean readOnly) {
            return NONE;
        }

        @Override
        public void unmap(int slot) {}
    }
}
