package org.gpumediator.examples.common.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Character devices that are driven by {@code ioctl}, and the memory they share. */
public final class ControlDevice {

    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x8_0000;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;

    private ControlDevice() {}

    /**
     * Opens a device for reading and writing.
     *
     * @return its descriptor, to be closed by the caller
     * @throws LinuxException if it is not there, or this process has no right to it
     */
    public static int open(Path device) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(device.toString());
            return (int)
                    LibC.check(
                            "open " + device,
                            state -> (int) LibC.OPEN.invokeExact(state, path, O_RDWR | O_CLOEXEC));
        }
    }

    /**
     * Makes a request, again if a signal interrupted it.
     *
     * @param what the request, for the message
     * @param argument a number, or the address of a segment
     * @return what the device answers, not negative
     * @throws LinuxException if it refuses
     */
    public static int control(String what, int descriptor, long request, long argument)
            throws LinuxException {
        return (int)
                LibC.check(
                        what,
                        state ->
                                (int) LibC.IOCTL.invokeExact(state, descriptor, request, argument));
    }

    /** Returns a segment for {@link #controlOnce}: one for each thread. */
    public static MemorySegment callState(Arena arena) {
        return arena.allocate(LibC.CALL_STATE);
    }

    /**
     * Makes a request, once: the way of those that are made often or wait. Does not allocate.
     *
     * @param callState of this thread
     * @param argument a number, or the address of a segment
     * @return what the device answers, or the negative error number
     */
    public static int controlOnce(
            MemorySegment callState, int descriptor, long request, long argument) {
        try {
            int result = (int) LibC.IOCTL.invokeExact(callState, descriptor, request, argument);
            return result >= 0 ? result : -LibC.errno(callState);
        } catch (Throwable thrown) {
            throw LibC.unexpected(thrown);
        }
    }

    /**
     * Maps memory that a device shares with this process.
     *
     * @param arena unmaps it when closed
     * @throws LinuxException if the device shares none
     */
    @SuppressWarnings("restricted")
    public static MemorySegment map(int descriptor, long length, Arena arena)
            throws LinuxException {
        long address =
                LibC.check(
                        "mmap of a device",
                        state ->
                                (long)
                                        LibC.MMAP.invokeExact(
                                                state,
                                                0L,
                                                length,
                                                PROT_READ_WRITE,
                                                MAP_SHARED,
                                                descriptor,
                                                0L));
        return MemorySegment.ofAddress(address)
                .reinterpret(length, arena, gone -> MappedFile.unmap(address, length));
    }
}
