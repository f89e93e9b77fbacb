package org.gpumediator.examples.common.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.vmm.SharedMemory;

/**
 * Anonymous memory with a descriptor, of a length that nobody can change: a client that maps it can
 * neither take it away from this process nor die of it.
 *
 * <p>Safe for use by multiple threads.
 */
public final class SealedMemory implements SharedMemory {

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL = 1;
    private static final int F_SEAL_SHRINK = 2;
    private static final int F_SEAL_GROW = 4;
    private static final int MAX_LABEL = 200;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final long PAGE = 4096;

    private final String label;
    private final long fileOffset;
    private final MappedFile mapping;
    private int descriptor;
    private boolean closed;

    private SealedMemory(String label, long fileOffset, int descriptor, MappedFile mapping) {
        this.label = label;
        this.fileOffset = fileOffset;
        this.descriptor = descriptor;
        this.mapping = mapping;
    }

    /** Returns what makes such memory. */
    public static SharedMemory.Allocator allocator() {
        return new Allocator();
    }

    private static final class Allocator implements SharedMemory.Allocator {

        @Override
        public SharedMemory allocate(String label, long lengthBytes) {
            return SealedMemory.allocate(label, 0, lengthBytes);
        }

        /** What is in front of the window in its file is never touched, and takes no memory. */
        @Override
        public SharedMemory allocateWindow(String label, long lengthBytes, long regionOffset) {
            return SealedMemory.allocate(label, regionOffset, lengthBytes);
        }
    }

    private static SharedMemory allocate(String label, long fileOffset, long lengthBytes) {
        if (lengthBytes <= 0 || lengthBytes % PAGE != 0) {
            throw new IllegalArgumentException(
                    "length " + lengthBytes + ": expected a positive multiple of " + PAGE);
        }
        try {
            int descriptor = create(label, fileOffset + lengthBytes);
            try {
                return new SealedMemory(
                        label, fileOffset, descriptor, map(descriptor, fileOffset, lengthBytes));
            } catch (LinuxException failed) {
                Descriptors.close(descriptor);
                throw failed;
            }
        } catch (LinuxException failed) {
            throw refused(label, lengthBytes, failed);
        }
    }

    private static GpuMediationException refused(
            String label, long lengthBytes, LinuxException failed) {
        return new GpuMediationException(
                "shared memory \"" + label + "\" of " + lengthBytes + " bytes", failed);
    }

    private static MappedFile map(int descriptor, long fileOffset, long lengthBytes)
            throws LinuxException {
        return MappedFile.map(descriptor, fileOffset, lengthBytes, MappedFile.Access.READ_WRITE);
    }

    private static int create(String label, long lengthBytes) throws LinuxException {
        int descriptor;
        try (Arena arena = Arena.ofConfined()) {
            String name = label.length() > MAX_LABEL ? label.substring(0, MAX_LABEL) : label;
            MemorySegment text = arena.allocateFrom(name);
            descriptor =
                    (int)
                            LibC.check(
                                    "memfd_create",
                                    state ->
                                            (int)
                                                    LibC.MEMFD_CREATE.invokeExact(
                                                            state,
                                                            text,
                                                            MFD_CLOEXEC | MFD_ALLOW_SEALING));
        }
        try {
            seal(descriptor, lengthBytes);
            return descriptor;
        } catch (LinuxException failed) {
            Descriptors.close(descriptor);
            throw failed;
        }
    }

    private static void seal(int descriptor, long lengthBytes) throws LinuxException {
        LibC.check(
                "ftruncate",
                state -> (int) LibC.FTRUNCATE.invokeExact(state, descriptor, lengthBytes));
        long sealed =
                Descriptors.fcntl(
                        descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
        if (sealed < 0) {
            throw new LinuxException("fcntl F_ADD_SEALS", (int) -sealed);
        }
    }

    @Override
    public synchronized boolean renew() {
        if (closed) {
            return true;
        }
        long length = segment().byteSize();
        try {
            int next = create(label, fileOffset + length);
            try (MappedFile target = map(next, fileOffset, length)) {
                copyTo(target.segment());
                mapping.replaceBy(next, fileOffset);
            } catch (LinuxException failed) {
                Descriptors.close(next);
                throw failed;
            }
            Descriptors.close(descriptor);
            descriptor = next;
            return true;
        } catch (LinuxException failed) {
            throw refused(label, length, failed);
        }
    }

    /** Copies what was ever written; pages that were not stay without memory. */
    private void copyTo(MemorySegment target) {
        long length = target.byteSize();
        long end = 0;
        for (long from = seek(0, SEEK_DATA); from >= end && from < length; ) {
            end = Math.min(seek(from, SEEK_HOLE), length);
            if (end <= from) {
                return;
            }
            MemorySegment.copy(segment(), from, target, from, end - from);
            from = seek(end, SEEK_DATA);
        }
    }

    private long seek(long from, int what) {
        int file = descriptor;
        return LibC.attempt(
                        state ->
                                (long) LibC.LSEEK.invokeExact(state, file, fileOffset + from, what))
                - fileOffset;
    }

    @Override
    public MemorySegment segment() {
        return mapping.segment();
    }

    @Override
    public synchronized OptionalInt fileDescriptor() {
        return OptionalInt.of(descriptor);
    }

    @Override
    public long fileOffset() {
        return fileOffset;
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
