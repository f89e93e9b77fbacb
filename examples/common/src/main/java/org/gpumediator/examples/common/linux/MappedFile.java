package org.gpumediator.examples.common.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A run of bytes of a file, mapped and shared with whoever else has mapped it.
 *
 * <p>The segment may be used by any thread. Closing waits for accesses in flight: an access that
 * comes later throws {@link IllegalStateException}, it never reaches memory that has gone. If
 * somebody else makes the file shorter, accesses behind its new end throw {@link InternalError}.
 */
public final class MappedFile implements AutoCloseable {

    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;
    private static final int MAP_FIXED = 0x10;
    private static final long PAGE = 4096;
    private static final long LARGEST_PAGE = 1L << 30;

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int NONE = -1;

    private final Arena arena;
    private final MemorySegment segment;
    private final long fileEnd;

    /** The file, kept open if somebody can make it shorter. */
    private int kept = NONE;

    private MappedFile(Arena arena, MemorySegment segment, long fileEnd) {
        this.arena = arena;
        this.segment = segment;
        this.fileEnd = fileEnd;
    }

    /** What may be done with the memory. */
    public enum Access {
        READ(PROT_READ),
        READ_WRITE(PROT_READ | PROT_WRITE);

        private final int protection;

        Access(int protection) {
            this.protection = protection;
        }
    }

    /**
     * Maps a part of a regular file. Any offset and length do: whole pages are mapped, the segment
     * is exactly what was asked for. The descriptor may be closed afterwards.
     *
     * @param descriptor the file
     * @param offset first byte in the file, not negative
     * @param length bytes, positive
     * @throws LinuxException with {@code EINVAL} if the descriptor is no regular file or the file
     *     is too short, or with what the kernel says
     */
    public static MappedFile map(int descriptor, long offset, long length, Access access)
            throws LinuxException {
        Descriptors.Status file = Descriptors.status(descriptor);
        if (!file.regular() || offset < 0 || length <= 0 || offset > file.sizeBytes() - length) {
            throw new LinuxException("mmap " + offset + "+" + length, Errno.EINVAL);
        }
        long page = pageOf(file);
        long start = offset & -page;
        long mapped = (offset - start + length + page - 1) & -page;
        long address =
                LibC.check(
                        "mmap " + offset + "+" + length,
                        state ->
                                (long)
                                        LibC.MMAP.invokeExact(
                                                state,
                                                0L,
                                                mapped,
                                                access.protection,
                                                MAP_SHARED,
                                                descriptor,
                                                start));
        Arena arena = Arena.ofShared();
        MemorySegment whole = ownedBy(arena, address, mapped);
        MemorySegment part = whole.asSlice(offset - start, length);
        MappedFile mapping =
                new MappedFile(
                        arena, access == Access.READ ? part.asReadOnly() : part, offset + length);
        if (!Descriptors.sealedAgainstShrinking(descriptor)) {
            mapping.keep(descriptor);
        }
        return mapping;
    }

    /**
     * Puts another file behind the same addresses, in one step: accesses in flight reach the one or
     * the other.
     *
     * @param descriptor a file that reaches as far as what is mapped, which is whole pages
     * @param offset of the first byte in the file
     * @throws LinuxException if the kernel refuses
     */
    synchronized void replaceBy(int descriptor, long offset) throws LinuxException {
        long address = segment.address();
        long length = segment.byteSize();
        int protection = Access.READ_WRITE.protection;
        LibC.check(
                "mmap over " + length,
                state ->
                        (long)
                                LibC.MMAP.invokeExact(
                                        state,
                                        address,
                                        length,
                                        protection,
                                        MAP_SHARED | MAP_FIXED,
                                        descriptor,
                                        offset));
    }

    /** Returns whether a descriptor of the file is kept open. */
    public synchronized boolean keepsDescriptor() {
        return kept != NONE;
    }

    private synchronized void keep(int descriptor) {
        kept = (int) Math.max(NONE, Descriptors.fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
    }

    /** Returns whether somebody has made the file so short that a part of the mapping has gone. */
    public synchronized boolean cut() {
        try {
            return kept != NONE && Descriptors.status(kept).sizeBytes() < fileEnd;
        } catch (LinuxException unknown) {
            return false;
        }
    }

    /** Huge pages show as the file system's block, and can only be mapped whole. */
    private static long pageOf(Descriptors.Status file) {
        long block = file.blockBytes();
        return block >= PAGE && block <= LARGEST_PAGE && Long.bitCount(block) == 1 ? block : PAGE;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment ownedBy(Arena arena, long address, long mapped) {
        return MemorySegment.ofAddress(address)
                .reinterpret(mapped, arena, gone -> unmap(address, mapped));
    }

    static void unmap(long address, long mapped) {
        long ignored = LibC.attempt(state -> (int) LibC.MUNMAP.invokeExact(state, address, mapped));
    }

    /** Returns the memory, of the length asked for. */
    public MemorySegment segment() {
        return segment;
    }

    /** Unmaps. Idempotent. */
    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            if (kept != NONE) {
                Descriptors.close(kept);
                kept = NONE;
            }
        }
    }
}
