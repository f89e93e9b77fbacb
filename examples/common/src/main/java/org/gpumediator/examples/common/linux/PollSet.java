package org.gpumediator.examples.common.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Waits until one of several descriptors can be read. Used by one thread. */
public final class PollSet implements AutoCloseable {

    private static final int POLLIN = 1;
    private static final int POLLERR = 8;
    private static final int POLLHUP = 16;
    private static final int ENTRY_LENGTH = 8;
    private static final int ENTRY_EVENTS = 4;
    private static final int ENTRY_RESULT = 6;

    private final Arena arena = Arena.ofConfined();
    private MemorySegment entries = arena.allocate(16 * ENTRY_LENGTH, 8);
    private int size;

    /** Creates an empty set that belongs to the calling thread. */
    public PollSet() {}

    /** Removes every descriptor. */
    public void clear() {
        size = 0;
    }

    /**
     * Adds a descriptor.
     *
     * @return its index
     */
    public int add(int descriptor) {
        long at = (long) size * ENTRY_LENGTH;
        if (at == entries.byteSize()) {
            MemorySegment larger = arena.allocate(2 * at, 8);
            MemorySegment.copy(entries, 0, larger, 0, at);
            entries = larger;
        }
        entries.set(ValueLayout.JAVA_INT, at, descriptor);
        entries.set(ValueLayout.JAVA_SHORT, at + ENTRY_EVENTS, (short) POLLIN);
        entries.set(ValueLayout.JAVA_SHORT, at + ENTRY_RESULT, (short) 0);
        return size++;
    }

    /**
     * Waits.
     *
     * @param timeoutMillis how long at most, negative for ever
     * @return how many descriptors have something to say
     * @throws LinuxException if the kernel has no memory
     */
    public int await(int timeoutMillis) throws LinuxException {
        long address = entries.address();
        long count = size;
        return (int)
                LibC.check(
                        "poll",
                        state -> (int) LibC.POLL.invokeExact(state, address, count, timeoutMillis));
    }

    /** Returns whether a descriptor can be read, has failed or has lost its peer. */
    public boolean ready(int index) {
        return result(index) != 0;
    }

    /**
     * Returns whether the peer of a stream socket has gone, whatever it has sent before. Does not
     * wait.
     */
    public static boolean hasLostItsPeer(int socket) {
        try (PollSet alone = new PollSet()) {
            int index = alone.add(socket);
            return alone.await(0) > 0 && (alone.result(index) & (POLLERR | POLLHUP)) != 0;
        } catch (LinuxException noMemory) {
            return false;
        }
    }

    private int result(int index) {
        return entries.get(ValueLayout.JAVA_SHORT, (long) index * ENTRY_LENGTH + ENTRY_RESULT);
    }

    @Override
    public void close() {
        arena.close();
    }
}
