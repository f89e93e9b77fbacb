package org.gpumediator.examples.common.linux;

import java.util.Map;

/**
 * Error numbers of Linux. Source: asm-generic/errno-base.h and errno.h of the kernel's user API.
 */
public final class Errno {

    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int E2BIG = 7;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EINVAL = 22;
    public static final int ENOSPC = 28;
    public static final int EPIPE = 32;
    public static final int EADDRINUSE = 98;
    public static final int ECONNRESET = 104;
    public static final int ETIMEDOUT = 110;
    public static final int ECONNREFUSED = 111;

    private static final Map<Integer, String> NAMES =
            Map.ofEntries(
                    Map.entry(1, "EPERM"),
                    Map.entry(ENOENT, "ENOENT"),
                    Map.entry(EINTR, "EINTR"),
                    Map.entry(EIO, "EIO"),
                    Map.entry(E2BIG, "E2BIG"),
                    Map.entry(EBADF, "EBADF"),
                    Map.entry(EAGAIN, "EAGAIN"),
                    Map.entry(ENOMEM, "ENOMEM"),
                    Map.entry(EACCES, "EACCES"),
                    Map.entry(14, "EFAULT"),
                    Map.entry(EBUSY, "EBUSY"),
                    Map.entry(EEXIST, "EEXIST"),
                    Map.entry(19, "ENODEV"),
                    Map.entry(20, "ENOTDIR"),
                    Map.entry(21, "EISDIR"),
                    Map.entry(EINVAL, "EINVAL"),
                    Map.entry(23, "ENFILE"),
                    Map.entry(24, "EMFILE"),
                    Map.entry(27, "EFBIG"),
                    Map.entry(ENOSPC, "ENOSPC"),
                    Map.entry(30, "EROFS"),
                    Map.entry(EPIPE, "EPIPE"),
                    Map.entry(36, "ENAMETOOLONG"),
                    Map.entry(38, "ENOSYS"),
                    Map.entry(40, "ELOOP"),
                    Map.entry(88, "ENOTSOCK"),
                    Map.entry(90, "EMSGSIZE"),
                    Map.entry(95, "EOPNOTSUPP"),
                    Map.entry(EADDRINUSE, "EADDRINUSE"),
                    Map.entry(ECONNRESET, "ECONNRESET"),
                    Map.entry(105, "ENOBUFS"),
                    Map.entry(107, "ENOTCONN"),
                    Map.entry(109, "ETOOMANYREFS"),
                    Map.entry(ETIMEDOUT, "ETIMEDOUT"),
                    Map.entry(ECONNREFUSED, "ECONNREFUSED"));

    private Errno() {}

    /** Returns the symbolic name of an error number, or {@code errno N} for one without a name. */
    public static String name(int errno) {
        return NAMES.getOrDefault(errno, "errno " + errno);
    }
}
