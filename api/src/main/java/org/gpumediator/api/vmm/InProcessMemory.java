package org.gpumediator.api.vmm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.OptionalInt;

/** Shared memory without a file descriptor: for a VMM in the same process. */
public final class InProcessMemory implements SharedMemory {

    private static final long PAGE = 4096;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;

    InProcessMemory(String label, long lengthBytes) {
        Objects.requireNonNull(label, "label");
        if (lengthBytes <= 0 || lengthBytes % PAGE != 0) {
            throw new IllegalArgumentException(
                    "length " + lengthBytes + ": expected a positive multiple of " + PAGE);
        }
        segment = arena.allocate(lengthBytes, PAGE);
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public OptionalInt fileDescriptor() {
        return OptionalInt.empty();
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
