package org.gpumediator.testkit.ada;

import org.gpumediator.testkit.ada.GspBootStructures.Argument;
import org.gpumediator.testkit.ada.GspBootStructures.QueueArguments;
import org.jspecify.annotations.Nullable;

/**
 * What a driver hands over to the firmware when it boots it: a table of arguments in its memory.
 */
final class GspHandover {

    private static final int ENTRIES = 16;
    private static final int PAGES = 129;
    private static final long PAGE = 4096;

    private GspHandover() {}

    /**
     * Follows the table to the shared queues.
     *
     * @param table bus address
     * @return the queues; null if the table or what it leads to is not sound
     */
    static @Nullable GspQueues queues(DmaSpace dma, long table) {
        long wanted = name("RMARGS");
        for (int i = 0; i < ENTRIES; i++) {
            long entry = table + (long) Argument.LAYOUT.bytes() * i;
            long id = dma.readLong(entry + Argument.ID8.offset());
            if (id == wanted) {
                return attach(dma, dma.readLong(entry + Argument.PA.offset()));
            }
            if (id == 0 || id == -1) {
                return null;
            }
        }
        return null;
    }

    private static @Nullable GspQueues attach(DmaSpace dma, long record) {
        long base = dma.readLong(record + QueueArguments.SHARED_MEM_PHYS_ADDR.offset());
        boolean sound =
                dma.readInt(record + QueueArguments.PAGE_TABLE_ENTRY_COUNT.offset()) == PAGES
                        && dma.readLong(base) == base
                        && dma.readLong(base + 8L * (PAGES - 1)) == base + (PAGES - 1) * PAGE;
        return sound
                ? new GspQueues(
                        dma,
                        base + dma.readLong(record + QueueArguments.CMD_QUEUE_OFFSET.offset()),
                        base + dma.readLong(record + QueueArguments.STAT_QUEUE_OFFSET.offset()))
                : null;
    }

    /** Packs up to eight letters, the first one highest. */
    private static long name(String letters) {
        long packed = 0;
        for (int i = 0; i < letters.length(); i++) {
            packed = packed << 8 | letters.charAt(i);
        }
        return packed;
    }
}
