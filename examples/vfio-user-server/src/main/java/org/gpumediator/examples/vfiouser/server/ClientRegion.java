package org.gpumediator.examples.vfiouser.server;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.examples.common.linux.MappedFile;
import org.jspecify.annotations.Nullable;

/** A run of guest-physical addresses that a client has declared. */
final class ClientRegion implements GuestMemory.Region {

    private static final long PAGE = 4096;

    private final long start;
    private final long length;
    private final boolean readable;
    private final boolean writable;
    private final @Nullable MappedFile mapping;
    private final MemorySegment segment;

    /**
     * Declares a region.
     *
     * @param mapping its memory; {@code null} if the client keeps it and answers messages for it
     */
    ClientRegion(
            long start,
            long length,
            boolean readable,
            boolean writable,
            @Nullable MappedFile mapping) {
        this.start = start;
        this.length = length;
        this.readable = readable;
        this.writable = writable;
        this.mapping = mapping;
        this.segment = mapping == null ? MemorySegment.NULL : mapping.segment();
    }

    @Override
    public long start() {
        return start;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public boolean writable() {
        return writable;
    }

    boolean readable() {
        return readable;
    }

    /** Returns whether its memory is mapped into this process. */
    boolean mapped() {
        return mapping != null;
    }

    /** Returns whether a descriptor is kept open for it. */
    boolean keepsDescriptor() {
        return mapping != null && mapping.keepsDescriptor();
    }

    /** Returns whether it is made of whole pages that a GPU can be given. */
    boolean offered() {
        return mapping != null
                && readable
                && ((start | length | segment.address()) & (PAGE - 1)) == 0;
    }

    /** Returns the last address, which does not overflow where the end would. */
    long last() {
        return start + length - 1;
    }

    boolean contains(long address) {
        return Long.compareUnsigned(address - start, length) < 0;
    }

    boolean allows(boolean write) {
        return write ? writable : readable;
    }

    /** Returns whether the client has taken a part of its memory away. */
    boolean cut() {
        return mapping != null && mapping.cut();
    }

    void unmap() {
        if (mapping != null) {
            mapping.close();
        }
    }
}
