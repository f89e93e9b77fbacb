package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.gpumediator.api.vmm.SharedMemory;

/**
 * The first bytes of the virtual functions' windows to the framebuffer as memory that a VMM can map
 * into its guests. Both windows of a function show its framebuffer from the start, so both are the
 * same memory; it goes when both mappings are closed.
 *
 * <p>A mapping is laid over the framebuffer behind the windows for as long as its function has
 * framebuffer. Memory is made anew for each function that is mapped, so that who keeps an old one
 * sees nothing of later ones. Guarded by the board's lock.
 */
final class MappedBars {

    private final Board board;
    private final long bytes;
    private final SharedMemory.Allocator allocator;
    private final Map<Integer, Windows> mapped = new HashMap<>();

    /**
     * Creates the board's mappings.
     *
     * @param bytes of each window, 0 for none
     */
    MappedBars(Board board, long bytes, SharedMemory.Allocator allocator) {
        this.board = board;
        this.bytes = bytes;
        this.allocator = allocator;
    }

    /**
     * Maps a window.
     *
     * @param start where its function's framebuffer begins, or negative if it has none now
     */
    Optional<SharedMemory> map(int function, int bar, long start) {
        if (bytes == 0) {
            return Optional.empty();
        }
        Windows windows = mapped.get(function);
        if (windows == null) {
            windows =
                    new Windows(
                            function, allocator.allocate("VF " + function + " BAR " + bar, bytes));
            mapped.put(function, windows);
            windows.show(start);
        }
        return Optional.of(windows.open(bar));
    }

    /** Returns whether windows of a function are mapped. */
    boolean has(int function) {
        return mapped.containsKey(function);
    }

    /** The windows of a function show another place from now on, or none if that is negative. */
    void move(int function, long start) {
        Windows windows = mapped.get(function);
        if (windows != null) {
            windows.show(start);
        }
    }

    /** The windows of one function. */
    private final class Windows {

        private final int function;
        private final SharedMemory memory;
        private final Map<Integer, Mapping> open = new HashMap<>();
        private long shown = -1;

        Windows(int function, SharedMemory memory) {
            this.function = function;
            this.memory = memory;
        }

        void show(long start) {
            if (shown >= 0) {
                board.framebuffer().lift(shown);
            }
            shown = start;
            if (start >= 0) {
                board.framebuffer().lay(start, memory.segment());
            }
        }

        Mapping open(int bar) {
            if (open.containsKey(bar)) {
                throw new IllegalStateException("BAR " + bar + " of VF " + function + ": mapped");
            }
            Mapping mapping = new Mapping(this, bar);
            open.put(bar, mapping);
            return mapping;
        }

        void close(Mapping mapping) {
            boolean last = open.remove(mapping.bar, mapping) && open.isEmpty();
            if (last) {
                mapped.remove(function);
                show(-1);
                memory.close();
            }
        }
    }

    private final class Mapping implements SharedMemory {

        private final Windows windows;
        private final int bar;

        Mapping(Windows windows, int bar) {
            this.windows = windows;
            this.bar = bar;
        }

        @Override
        public MemorySegment segment() {
            return windows.memory.segment();
        }

        @Override
        public OptionalInt fileDescriptor() {
            return windows.memory.fileDescriptor();
        }

        @Override
        public long fileOffset() {
            return windows.memory.fileOffset();
        }

        @Override
        public boolean renew() {
            return windows.memory.renew();
        }

        @Override
        public void close() {
            board.locked(() -> windows.close(this));
        }
    }
}
