package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.gpumediator.api.vmm.SharedMemory;

/**
 * The first bytes of the virtual functions' windows to the framebuffer as memory that a VMM can map
 * into its guests.
 *
 * <p>A mapping is laid over the framebuffer behind the window for as long as its function has
 * framebuffer. Memory is made anew for each mapping, so that who keeps an old one sees nothing of
 * later ones. Guarded by the board's lock.
 */
final class MappedBars {

    private final Board board;
    private final long bytes;
    private final SharedMemory.Allocator allocator;
    private final Map<Integer, Mapping> mappings = new HashMap<>();

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

    private static int key(int function, int bar) {
        return 8 * function + bar;
    }

    /**
     * Maps a window.
     *
     * @param start where the window is in the framebuffer, or negative if it shows none now
     */
    Optional<SharedMemory> map(int function, int bar, long start) {
        if (bytes == 0) {
            return Optional.empty();
        }
        if (mappings.containsKey(key(function, bar))) {
            throw new IllegalStateException("BAR " + bar + " of VF " + function + ": mapped");
        }
        Mapping mapping =
                new Mapping(
                        key(function, bar),
                        allocator.allocate("VF " + function + " BAR " + bar, bytes));
        mappings.put(mapping.key, mapping);
        mapping.show(start);
        return Optional.of(mapping);
    }

    /** The window shows another place from now on, or none if that is negative. */
    void move(int function, int bar, long start) {
        Mapping mapping = mappings.get(key(function, bar));
        if (mapping != null) {
            mapping.show(start);
        }
    }

    private final class Mapping implements SharedMemory {

        private final int key;
        private final SharedMemory memory;
        private long shown = -1;

        Mapping(int key, SharedMemory memory) {
            this.key = key;
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

        @Override
        public MemorySegment segment() {
            return memory.segment();
        }

        @Override
        public OptionalInt fileDescriptor() {
            return memory.fileDescriptor();
        }

        @Override
        public long fileOffset() {
            return memory.fileOffset();
        }

        @Override
        public boolean renew() {
            return memory.renew();
        }

        @Override
        public void close() {
            board.locked(
                    () -> {
                        if (mappings.remove(key, this)) {
                            show(-1);
                        }
                    });
            memory.close();
        }
    }
}
