package org.gpumediator.examples.vfiouser.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * How much of what the host limits for each process its clients may have together. A reserve is
 * kept for the process itself: at the limit of mappings the virtual machine dies, at the limit of
 * descriptors no message gets its own through.
 *
 * @param mappings of memory
 * @param descriptors of files, sockets and counters
 */
public record ProcessLimits(long mappings, long descriptors) {

    /** One part of so many is kept. */
    private static final int RESERVE_PART = 8;

    private static final int LONGEST_NUMBER = 64;

    private static final Path MAX_MAP_COUNT = Path.of("/proc/sys/vm/max_map_count");
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Path OPEN = Path.of("/proc/self/fd");
    private static final String OPEN_FILES = "Max open files";

    /**
     * Returns what is left of this process's limits ({@code vm.max_map_count} and the soft {@code
     * RLIMIT_NOFILE}) now, without the reserve.
     *
     * @throws IOException if the host does not tell
     */
    public static ProcessLimits ofThisProcess() throws IOException {
        return new ProcessLimits(
                left(number(MAX_MAP_COUNT), mapped()),
                left(openFiles(Files.readString(LIMITS)), open()));
    }

    /** Returns the soft limit that a text like {@code /proc/self/limits} tells. */
    static long openFiles(String limits) throws IOException {
        for (String line : limits.lines().toList()) {
            if (line.startsWith(OPEN_FILES)) {
                String soft = line.substring(OPEN_FILES.length()).strip().split("\\s+", 2)[0];
                return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
            }
        }
        throw new IOException(LIMITS + ": no line \"" + OPEN_FILES + "\"");
    }

    /** Reads a number of {@code /proc/sys}, which the kernel tells in one read or not at all. */
    private static long number(Path file) throws IOException {
        byte[] text = new byte[LONGEST_NUMBER];
        try (InputStream in = Files.newInputStream(file)) {
            int length = in.read(text);
            return Long.parseLong(
                    new String(text, 0, Math.max(length, 0), StandardCharsets.US_ASCII).strip());
        } catch (NumberFormatException strange) {
            throw new IOException(file + ": no number", strange);
        }
    }

    private static long mapped() throws IOException {
        try (Stream<String> lines = Files.lines(MAPS)) {
            return lines.count();
        }
    }

    private static long open() throws IOException {
        try (Stream<Path> entries = Files.list(OPEN)) {
            return entries.count();
        }
    }

    private static long left(long limit, long used) {
        return Math.max(0, limit - limit / RESERVE_PART - used);
    }

    SharedBudget budgetOfMappings() {
        return new SharedBudget("memory mappings (vm.max_map_count)", mappings);
    }

    SharedBudget budgetOfDescriptors() {
        return new SharedBudget("file descriptors (RLIMIT_NOFILE)", descriptors);
    }
}
