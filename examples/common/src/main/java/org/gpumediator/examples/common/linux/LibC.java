package org.gpumediator.examples.common.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Handles of the C library's functions. Pointers that are passed on every message are plain {@code
 * long} addresses of segments the caller keeps alive; the first argument of a handle that captures
 * the error number is the segment that receives it.
 */
final class LibC {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final Linker.Option VARIADIC = Linker.Option.firstVariadicArg(2);
    private static final Linker.Option SYSCALL_VARIADIC = Linker.Option.firstVariadicArg(1);

    /** Numbers of system calls: one list for x86-64, one for all later machines. */
    private static final boolean X86_64 = System.getProperty("os.arch").equals("amd64");

    static final long SYS_IO_SETUP = X86_64 ? 206 : 0;
    static final long SYS_IO_SUBMIT = X86_64 ? 209 : 2;
    static final long SYS_IO_GETEVENTS = X86_64 ? 208 : 4;

    /** Where a captured error number goes. */
    static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();

    private static final VarHandle ERRNO =
            CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    // spotless:off
    static final MethodHandle SOCKET        = bind("socket",        JAVA_INT,  JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle SOCKETPAIR    = bind("socketpair",    JAVA_INT,  JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    static final MethodHandle BIND          = bind("bind",          JAVA_INT,  JAVA_INT, ADDRESS, JAVA_INT);
    static final MethodHandle CONNECT       = bind("connect",       JAVA_INT,  JAVA_INT, ADDRESS, JAVA_INT);
    static final MethodHandle LISTEN        = bind("listen",        JAVA_INT,  JAVA_INT, JAVA_INT);
    static final MethodHandle ACCEPT4       = bind("accept4",       JAVA_INT,  JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    static final MethodHandle SHUTDOWN      = bind("shutdown",      JAVA_INT,  JAVA_INT, JAVA_INT);
    static final MethodHandle RECVMSG       = bind("recvmsg",       JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    static final MethodHandle SENDMSG       = bind("sendmsg",       JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    static final MethodHandle SEND          = bind("send",          JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    static final MethodHandle POLL          = bind("poll",          JAVA_INT,  JAVA_LONG, JAVA_LONG, JAVA_INT);
    static final MethodHandle CLOSE_BLINDLY = bindPlain("close",    JAVA_INT,  JAVA_INT);
    static final MethodHandle FCHMOD        = bind("fchmod",        JAVA_INT,  JAVA_INT, JAVA_INT);
    static final MethodHandle STATX         = bind("statx",         JAVA_INT,  JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    static final MethodHandle FTRUNCATE     = bind("ftruncate",     JAVA_INT,  JAVA_INT, JAVA_LONG);
    static final MethodHandle LSEEK         = bind("lseek",         JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    static final MethodHandle FCNTL         = bindVariadic("fcntl", JAVA_INT,  JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle MEMFD_CREATE  = bind("memfd_create",  JAVA_INT,  ADDRESS, JAVA_INT);
    static final MethodHandle MMAP          = bind("mmap",          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    static final MethodHandle MUNMAP        = bind("munmap",        JAVA_INT,  JAVA_LONG, JAVA_LONG);
    static final MethodHandle EVENTFD       = bind("eventfd",       JAVA_INT,  JAVA_INT, JAVA_INT);
    static final MethodHandle OPEN          = bindVariadic("open",  JAVA_INT,  ADDRESS, JAVA_INT);
    static final MethodHandle IOCTL         = bindVariadic("ioctl", JAVA_INT,  JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle PTHREAD_SELF  = bindPlain("pthread_self",    JAVA_LONG);
    static final MethodHandle PTHREAD_KILL  = bindPlain("pthread_kill",    JAVA_INT, JAVA_LONG, JAVA_INT);
    static final MethodHandle PTHREAD_SIGMASK = bindPlain("pthread_sigmask", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle SIGTIMEDWAIT  = bindPlain("sigtimedwait",    JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final MethodHandle PREADV2       = bind("preadv2",       JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    /** Calls without a function of their own; the first argument is the call's number. */
    static final MethodHandle IO_SETUP      = bindSyscall(CAPTURE,  JAVA_LONG, JAVA_LONG, JAVA_LONG);
    /** Without capture: for event counters, which are signalled on any thread and cannot fail in a way that matters. */
    static final MethodHandle WRITE_BLINDLY = bindPlain("write",    JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle IO_SUBMIT_BLINDLY    = bindSyscall(null, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final MethodHandle IO_GETEVENTS_BLINDLY = bindSyscall(null, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    // spotless:on

    private LibC() {}

    private static MethodHandle bind(String name, ValueLayout result, ValueLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments), CAPTURE);
    }

    private static MethodHandle bindVariadic(
            String name, ValueLayout result, ValueLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments), CAPTURE, VARIADIC);
    }

    private static MethodHandle bindSyscall(
            Linker.@Nullable Option capture, ValueLayout... numbers) {
        FunctionDescriptor function = FunctionDescriptor.of(JAVA_LONG, numbers);
        return capture == null
                ? link("syscall", function, SYSCALL_VARIADIC)
                : link("syscall", function, SYSCALL_VARIADIC, capture);
    }

    private static MethodHandle bindPlain(
            String name, ValueLayout result, ValueLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(
            String name, FunctionDescriptor function, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), function, options);
    }

    /** A system call that is not made often enough to keep its own capture segment. */
    @FunctionalInterface
    interface Call {

        /**
         * Makes the call.
         *
         * @param state receives the error number
         * @return the call's result, negative if it failed
         */
        long make(MemorySegment state) throws Throwable;
    }

    /**
     * Makes a call, again if a signal interrupted it.
     *
     * @param what the call and what it is made on, for the message
     * @return the call's result
     * @throws LinuxException if it failed
     */
    static long check(String what, Call call) throws LinuxException {
        long result = attempt(call);
        if (result < 0) {
            throw new LinuxException(what, (int) -result);
        }
        return result;
    }

    /**
     * Makes a call, again if a signal interrupted it; answers the negative error number if it
     * failed.
     */
    static long attempt(Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            while (true) {
                long result = call.make(state);
                if (result >= 0) {
                    return result;
                }
                int errno = errno(state);
                if (errno != Errno.EINTR) {
                    return -errno;
                }
            }
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** Returns the error number that a call has left. */
    static int errno(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    /** Turns what a method handle declares, but none of these throws, into something unchecked. */
    static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof RuntimeException runtime) {
            return runtime;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(thrown);
    }
}
