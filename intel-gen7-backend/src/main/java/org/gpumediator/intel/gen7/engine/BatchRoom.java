package org.gpumediator.intel.gen7.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.intel.gen7.command.BatchSink;
import org.gpumediator.intel.gen7.gtt.Pte;
import org.gpumediator.intel.gen7.gtt.ReservedArea;
import org.jspecify.annotations.Nullable;

/**
 * The audited copies of one guest's privileged batches on one engine. Filled from the bottom while
 * commands wait, emptied when the ring has run dry; a command whose batches find no room waits for
 * that.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
public final class BatchRoom implements BatchSink {

    /**
     * The command streamer fetches ahead of what it executes: a page behind the copies stays free.
     */
    private static final long CAPACITY = ReservedArea.BATCH_WINDOW - Pte.PAGE;

    private static final int ALIGNMENT = 64;

    private final PhysicalGpu gpu;
    private final ReservedArea area;
    private final long window;
    private @Nullable DmaPages pages;
    private int used;

    /** Creates a store without copies that the GPU will see at {@code window}. */
    BatchRoom(PhysicalGpu gpu, ReservedArea area, long window) {
        this.gpu = gpu;
        this.area = area;
        this.window = window;
    }

    @Override
    public int capacityDwords() {
        return (int) (CAPACITY - used) / Integer.BYTES;
    }

    @Override
    public boolean mayGrow() {
        return used > 0;
    }

    @Override
    public long graphicsAddress() {
        return window + used;
    }

    @Override
    public void store(int[] dwords, int count) {
        MemorySegment.copy(dwords, 0, pages().segment(), ValueLayout.JAVA_INT, used, count);
        used += count * Integer.BYTES + ALIGNMENT - 1 & -ALIGNMENT;
    }

    private DmaPages pages() {
        DmaPages now = pages;
        if (now == null) {
            now = new DmaPages(gpu, ReservedArea.BATCH_WINDOW, DmaAccess.READ_ONLY);
            pages = now;
        }
        return now;
    }

    /** Makes the GPU see what is in use, at the window. */
    void show() {
        if (used > 0) {
            area.show(window, pages().busAddress(), (used + Pte.PAGE - 1) / Pte.PAGE);
        }
    }

    boolean isEmpty() {
        return used == 0;
    }

    void reset() {
        used = 0;
    }

    void close() {
        reset();
        if (pages != null) {
            area.forget(pages);
            pages.close();
            pages = null;
        }
    }
}
