package org.gpumediator.nvidia.vf.gsp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;

/** Zeroed memory of the host that the board reads and writes. */
public final class DmaMemory implements AutoCloseable {

    private static final int PAGE = 4096;
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
     * Allocates and maps.
     *
     * @param pages how many pages of 4 KiB
     */
    public DmaMemory(PhysicalGpu gpu, int pages) {
        this.gpu = gpu;
        segment = arena.allocate((long) pages * PAGE, PAGE);
        busAddress = gpu.mapForDma(segment, DmaAccess.READ_WRITE);
    }

    /** Returns where the board sees it. */
    public long busAddress() {
        return busAddress;
    }

    MemorySegment segment() {
        return segment;
    }

    /** Reads a dword. */
    public int getInt(long offset) {
        return segment.get(LE32, offset);
    }

    /** Writes a dword. */
    public void putInt(long offset, int value) {
        segment.set(LE32, offset, value);
    }

    /** Writes a quadword. */
    public void putLong(long offset, long value) {
        segment.set(LE64, offset, value);
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
