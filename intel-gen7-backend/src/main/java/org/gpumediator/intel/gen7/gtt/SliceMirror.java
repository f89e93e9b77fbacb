package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.core.hardware.DmaPages;

/**
 * The per-process address space of engines whose guest has its per-process table off: what the
 * guest has in its slice of the global table, at the same addresses, and scratch everywhere else.
 * What surfaces, kernels and samplers reach through state in memory, which nobody audits, is
 * confined by it as by any other table.
 *
 * <p>Not thread safe: used under the lock of its virtual GPU.
 */
final class SliceMirror extends ResidentDirectory implements AutoCloseable {

    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int NONE = -1;

    /** To make an entry, in units of {@code WorkBudget}: as many of them in one. */
    private static final int ENTRIES_PER_UNIT = 4;

    private final DmaPages tables;

    /** By slot of the directory: which of {@link #tables} it is. */
    private final int[] tableOf = new int[ReservedArea.DIRECTORY_ENTRIES];

    private final int elsewhere;

    /**
     * Creates the mirror of a slice in which every entry leads to scratch.
     *
     * @param emptyTable bus address of the table of slots that the slice has no part of
     */
    SliceMirror(
            PhysicalGpu gpu, ReservedArea area, Slice slice, long emptyTable, int scratchEntry) {
        super(area);
        Arrays.fill(tableOf, NONE);
        int count = 0;
        for (int page = 0; page < slice.pages(); page++) {
            int slot = slice.index(page) / ShadowTable.ENTRIES;
            if (tableOf[slot] == NONE) {
                tableOf[slot] = count++;
            }
        }
        elsewhere = Pte.of(emptyTable);
        tables = new DmaPages(gpu, (long) count * Pte.PAGE, DmaAccess.READ_ONLY);
        MemorySegment entries = tables.segment();
        for (long at = 0; at < entries.byteSize(); at += Integer.BYTES) {
            entries.set(LE32, at, scratchEntry);
        }
    }

    /** Returns what making one costs, in units of {@code WorkBudget}. */
    static int cost(Slice slice) {
        return slice.pages() / ENTRIES_PER_UNIT + 2 * ShadowTable.ENTRIES;
    }

    /** Sets an entry of the slice. */
    void set(int index, int entry) {
        long table = tableOf[index / ShadowTable.ENTRIES];
        tables.segment()
                .set(
                        LE32,
                        table * Pte.PAGE + index % ShadowTable.ENTRIES * (long) Integer.BYTES,
                        entry);
    }

    @Override
    int entry(int slot) {
        int table = tableOf[slot];
        return table == NONE ? elsewhere : Pte.of(tables.busAddress() + (long) table * Pte.PAGE);
    }

    @Override
    public void close() {
        tables.close();
    }
}
