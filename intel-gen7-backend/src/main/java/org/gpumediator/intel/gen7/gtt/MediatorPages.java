package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;

/**
 * Zeroed pages that belong to the mediator and that the GPU reaches: rings, copies of batches,
 * shadow tables, scratch.
 */
public final class MediatorPages implements AutoCloseable {

    private final PhysicalGpu gpu;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final long busAddress;
    private boolean closed;

    /** Allocates {@code bytes}, a positive multiple of 4 KiB, and maps them. */
    public MediatorPages(PhysicalGpu gpu, long bytes, DmaAccess access) {
        this.gpu = gpu;
        segment = arena.allocate(bytes, Pte.PAGE);
        busAddress = gpu.mapForDma(segment, access);
    }

    /** Returns the memory. */
    public MemorySegment segment() {
        return segment;
    }

    /** Returns the bus address of the first page. */
    public long busAddress() {
        return busAddress;
    }

    /** Returns the length in pages. */
    public int pages() {
        return (int) (segment.byteSize() / Pte.PAGE);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            gpu.unmapForDma(busAddress);
            arena.close();
        }
    }
}
