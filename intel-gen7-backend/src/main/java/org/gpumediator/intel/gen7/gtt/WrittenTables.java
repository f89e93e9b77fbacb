package org.gpumediator.intel.gen7.gtt;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The tables of one guest that its VMM has seen written since they were last compared, each once.
 * Told on the guest's threads, which take no lock here.
 */
final class WrittenTables {

    private final AtomicReference<@Nullable ShadowTable> last = new AtomicReference<>();
    private final LongAdder writes = new LongAdder();

    /** Takes note of a write. Safe on any thread. */
    void add(ShadowTable table) {
        writes.increment();
        if (table.setWritten()) {
            ShadowTable before;
            do {
                before = last.get();
                table.nextWritten(before);
            } while (!last.compareAndSet(before, table));
        }
    }

    /** Takes all; the rest follows each by {@link ShadowTable#nextWritten}. */
    @Nullable ShadowTable takeAll() {
        return last.getAndSet(null);
    }

    /** Returns how many writes there were. */
    long count() {
        return writes.sum();
    }
}
