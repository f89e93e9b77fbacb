package org.gpumediator.examples.vfiouser.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.vmm.SharedMemory;

/**
 * Anonymous memory with a descriptor, of a length that nobody can change: a client that maps it can
 * neither take it away from this process nor die of it.
 */
public final class SealedMemory implements SharedMemory {

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL = 1;
    private static final int F_SEAL_SHRINK = 2;
    private static final int F_SEAL_GROW = 4;
    private static final int MAX_LABEL = 200;
    private static final long PAGE = 4096;

    private final int descriptor;
    private final MappedFile mapping;
    private boolean closed;

    private SealedMemory(int descriptor, MappedFile mapping) {
        this.descriptor = descriptor;
        this.mapping = mapping;
    }

    /** Returns what makes such memory. */
    public static SharedMemory.Allocator allocator() {
        return SealedMemory::allocate;
    }

    private static SharedMemory allocate(String label, long lengthBytes) {
        if (lengthBytes <= 0 || lengthBytes % PAGE != 0) {
            throw new IllegalArgumentException(
                    "length " + lengthBytes + ": expected a positive multiple of " + PAGE);
        }
        try {
            int descriptor = create(label);
            try {
                return new SealedMemory(descriptor, sized(descriptor, lengthBytes));
            } catch (LinuxException failed) {
                Descriptors.close(descriptor);
                throw failed;
            }
        } catch (LinuxException failed) {
            throw new GpuMediationException(
                    "shared memory \"" + label + "\" of " + lengthBytes + " bytes", failed);
        }
    }

    private static int create(String label) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            String name = label.length() > MAX_LABEL ? label.substring(0, MAX_LABEL) : label;
            MemorySegment text = arena.allocateFrom(name);
            return (int)
                    LibC.check(
                            "memfd_create",
                            state ->
                                    (int)
                                            LibC.MEMFD_CREATE.invokeExact(
                                                    state, text, MFD_CLOEXEC | MFD_ALLOW_SEALING));
        }
    }

    private static MappedFile sized(int descriptor, long lengthBytes) throws LinuxException {
        LibC.check(
                "ftruncate",
                state -> (int) LibC.FTRUNCATE.invokeExact(state, descriptor, lengthBytes));
        long sealed =
                Descriptors.fcntl(
                        descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
        if (sealed < 0) {
            throw new LinuxException("fcntl F_ADD_SEALS", (int) -sealed);
        }
        return MappedFile.map(descriptor, 0, lengthBytes, MappedFile.Access.READ_WRITE);
    }

    @Override
    public MemorySegment segment() {
        return mapping.segment();
    }

    @Override
    public OptionalInt fileDescriptor() {
        return OptionalInt.of(descriptor);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            mapping.close();
            Descriptors.close(descriptor);
        }
    }
}
