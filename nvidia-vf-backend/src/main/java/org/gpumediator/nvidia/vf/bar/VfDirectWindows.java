package org.gpumediator.nvidia.vf.bar;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.SharedMemory;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a virtual function's BARs that a VMM may map straight into its guest: BAR 1 and BAR
 * 3, as far as the function lets them be mapped, up to the length that the guest is told. What is
 * behind them is the guest's own framebuffer and nothing else.
 *
 * <p>BAR 0 stays trapped, though hardware would let most of it through: which channels are rung,
 * how often the firmware is called, and that nothing of a virtual GPU in quarantine gets to the
 * board is checked there. Source of what may be direct: region rules of the open VFIO driver series
 * for virtual GPUs. A virtual GPU in quarantine keeps its windows: they reach nothing of others.
 *
 * <p>Not safe for use by multiple threads.
 */
public final class VfDirectWindows implements AutoCloseable {

    private static final long PAGE = 0x1000;

    private final @Nullable PhysicalGpu function;
    private final List<SharedMemory> mapped = new ArrayList<>();

    public VfDirectWindows(@Nullable PhysicalGpu function) {
        this.function = function;
    }

    /**
     * Maps a BAR.
     *
     * @param bar 1 or 3, each once
     * @param length bytes that the guest is told
     * @return one window, or none
     * @throws org.gpumediator.api.GpuMediationException if the host has no memory for it
     */
    public List<DirectWindow> of(int bar, long length) {
        Optional<SharedMemory> memory = function == null ? Optional.empty() : function.mapBar(bar);
        memory.ifPresent(mapped::add);
        return memory.map(whole -> window(whole, length)).orElse(List.of());
    }

    private static List<DirectWindow> window(SharedMemory memory, long length) {
        long shown = Math.min(memory.segment().byteSize(), length) / PAGE * PAGE;
        return shown == 0 ? List.of() : List.of(new DirectWindow(0, shown, memory, 0));
    }

    /** Takes the windows away: whoever still has one sees nothing of the function any more. */
    @Override
    public void close() {
        mapped.forEach(SharedMemory::close);
        mapped.clear();
    }
}
