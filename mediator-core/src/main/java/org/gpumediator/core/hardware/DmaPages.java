package org.gpumediator.core.hardware;

import com.google.common.base.Preconditions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;

/**
 * Zeroed pages that belong to the mediator and that the GPU reaches: rings, queues, copies of
 * batches, shadow tables, scratch. Accessible from any thread until closed.
 */
public final class DmaPages implements AutoCloseable {

    /** Bytes of a page. */
    public static final int PAGE = 4096;

    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final PhysicalGpu gpu;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final long busAddress;
    private boolean closed;

    /**
     * Allocates and maps pages. If they cannot be mapped, nothing is kept.
     *
     * @param bytes a positive multiple of 4096
     * @throws IllegalArgumentException if it is not
     * @throws org.gpumediator.api.HardwareAccessException if the host refuses the mapping
     */
    public DmaPages(PhysicalGpu gpu, long bytes, DmaAccess access) {
        Preconditions.checkArgument(
                bytes > 0 && bytes % PAGE == 0,
                "length %s: expected a positive multiple of %s",
                bytes,
                PAGE);
        this.gpu = gpu;
        segment = arena.allocate(bytes, PAGE);
        long mapped;
        try {
            mapped = gpu.mapForDma(segment, access);
        } catch (RuntimeException refused) {
            arena.close();
            throw refused;
        }
        busAddress = mapped;
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
        return (int) (segment.byteSize() / PAGE);
    }

    /** Reads a little-endian dword. */
    public int getInt(long offset) {
        return segment.get(LE32, offset);
    }

    /** Writes a little-endian dword. */
    public void putInt(long offset, int value) {
        segment.set(LE32, offset, value);
    }

    /** Writes a little-endian quadword. */
    public void putLong(long offset, long value) {
        segment.set(LE64, offset, value);
    }

    /** Unmaps the pages and gives them back. No effect a second time. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            gpu.unmapForDma(busAddress);
            arena.close();
        }
    }
}
