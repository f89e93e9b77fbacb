package org.gpumediator.examples.benchmarks;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * What a Linux 6.1 guest had its four rings run while i915 loaded and six programs of its test
 * suite ran (gem_render_copy, gem_linear_blits, gem_tiled_blits, gem_exec_store, gem_readwrite and
 * gem_pipe_control_store_loop), as the scanner was given it.
 *
 * <p>The file is compressed with gzip. A record is four big-endian ints and {@code count} dwords:
 * 1, engine, whether the engine translates per process, count, for commands of a ring; or 2,
 * graphics address, 0, count, for a part of a privileged batch that the commands before it jump to.
 */
final class RecordedSubmissions {

    /** The guest's slice. */
    static final long LOW_START = 0x600_0000;

    static final long LOW_END = 0xe00_0000;
    static final long HIGH_START = 0x3800_0000;
    static final long HIGH_END = 0x5800_0000;

    private static final String FILE = "submissions.gz";
    private static final int RING = 1;

    /** Part of a batch. */
    record Part(long address, int[] dwords) {}

    /** Commands of a ring, and the batches they jump to, in the order they are read. */
    record Submission(int engine, boolean ppgtt, int[] ring, List<Part> parts) {}

    private RecordedSubmissions() {}

    static List<Submission> read() {
        List<Submission> all = new ArrayList<>();
        try (InputStream file = RecordedSubmissions.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException("no " + FILE);
            }
            read(new DataInputStream(new BufferedInputStream(new GZIPInputStream(file))), all);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return all;
    }

    private static void read(DataInputStream in, List<Submission> all) throws IOException {
        while (true) {
            int kind;
            try {
                kind = in.readInt();
            } catch (EOFException end) {
                return;
            }
            int first = in.readInt();
            int second = in.readInt();
            int[] dwords = new int[in.readInt()];
            for (int i = 0; i < dwords.length; i++) {
                dwords[i] = in.readInt();
            }
            if (kind == RING) {
                all.add(new Submission(first, second != 0, dwords, new ArrayList<>()));
            } else {
                all.getLast().parts().add(new Part(Integer.toUnsignedLong(first), dwords));
            }
        }
    }
}
