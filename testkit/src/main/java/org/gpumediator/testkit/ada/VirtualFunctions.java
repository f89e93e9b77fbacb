package org.gpumediator.testkit.ada;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The virtual functions of a board as they come and go. Used under the board's lock. */
final class VirtualFunctions {

    private static final long READY_NANOS = 60_000_000;

    private final Board board;
    private final @Nullable FakeVf[] functions = new FakeVf[AdaConfig.TOTAL_VFS];
    private boolean ready;
    private int limit = Integer.MAX_VALUE;
    private long switched;

    VirtualFunctions(Board board) {
        this.board = board;
    }

    /** Lets fewer come up than are enabled. */
    void limit(int count) {
        limit = count;
    }

    /** Lets functions come up; they are there some time later. */
    void enable(int count) {
        disable();
        long now = switched;
        for (int i = 0; i < Math.min(limit, count); i++) {
            functions[i] = new FakeVf(board, i);
        }
        board.agenda().after(READY_NANOS, () -> ready = now == switched);
    }

    /** Takes them all away. */
    void disable() {
        switched++;
        ready = false;
        for (int i = 0; i < functions.length; i++) {
            FakeVf function = functions[i];
            if (function != null) {
                function.vanish();
                functions[i] = null;
            }
        }
    }

    /** Returns a function that drivers can find on the bus. */
    Optional<FakeVf> onBus(int index) {
        return ready && index >= 0 && index < functions.length
                ? Optional.ofNullable(functions[index])
                : Optional.empty();
    }

    /** Returns a function that is enabled, or null. */
    @Nullable FakeVf enabled(int index) {
        return functions[index];
    }
}
