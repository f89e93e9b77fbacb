package org.gpumediator.examples.vfiouser;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.examples.common.UsageException;

/**
 * Records the trapped accesses of one virtual GPU into a compressed file, which {@link
 * org.gpumediator.testkit.trace.AccessTrace} reads.
 *
 * <p>Format, before compression: the text {@code GPUTRACE 1} and a line feed; then a record for
 * each access. A record begins with a byte: bits 2:0 the region, bits 4:3 the logarithm of the
 * width, bit 5 set for a write. Then the offset as a variable-length number of its zigzag
 * difference to the end of the access before in the same region, then the value in {@code width}
 * bytes, little-endian: what was read, or what was written. Runs of bytes are recorded as the
 * accesses they are split into.
 *
 * <p>A file that cannot be written any more ends the recording, not the server.
 */
final class AccessRecorder implements AutoCloseable {

    private static final String HEADER = "GPUTRACE 1\n";
    private static final int REGIONS = 7;
    private static final int WRITE = 1 << 5;
    private static final int WIDTH_SHIFT = 3;
    private static final int BUFFER = 1 << 16;

    private final Object lock = new Object();
    private final DataOutputStream out;
    private final long[] ends = new long[REGIONS];
    private boolean ended;

    private AccessRecorder(DataOutputStream out) {
        this.out = out;
    }

    /**
     * Begins a file.
     *
     * @param named whether the file's name gets that of the virtual GPU
     * @throws UsageException if it cannot be written
     */
    static AccessRecorder open(Path file, String vgpu, boolean named) {
        Path own = named ? Path.of(file + "." + vgpu) : file;
        try {
            AccessRecorder recorder =
                    new AccessRecorder(
                            new DataOutputStream(
                                    new BufferedOutputStream(
                                            new GZIPOutputStream(Files.newOutputStream(own)),
                                            BUFFER)));
            recorder.out.writeBytes(HEADER);
            return recorder;
        } catch (IOException refused) {
            throw new UsageException(
                    UsageException.HOST_REFUSES, "--trace " + own + ": " + refused.getMessage());
        }
    }

    /** Returns a region whose accesses are recorded. */
    TrapRegion observe(TrapRegion region) {
        TrapHandler handler = region.handler();
        int index = region.index();
        TrapHandler recording =
                new TrapHandler() {
                    @Override
                    public long read(long offset, int width) {
                        long value = handler.read(offset, width);
                        record(index, offset, width, value, 0);
                        return value;
                    }

                    @Override
                    public void write(long offset, int width, long value) {
                        record(index, offset, width, value, WRITE);
                        handler.write(offset, width, value);
                    }
                };
        return new TrapRegion(
                index, region.kind(), region.length(), recording, region.directWindows());
    }

    private void record(int region, long offset, int width, long value, int kind) {
        synchronized (lock) {
            if (ended) {
                return;
            }
            try {
                int log = Integer.numberOfTrailingZeros(width);
                out.writeByte(kind | log << WIDTH_SHIFT | region);
                long difference = offset - ends[region];
                writeVariable(difference << 1 ^ difference >> 63);
                ends[region] = offset + width;
                for (int i = 0; i < width; i++) {
                    out.writeByte((int) (value >>> 8 * i));
                }
            } catch (IOException full) {
                ended = true;
            }
        }
    }

    private void writeVariable(long value) throws IOException {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.writeByte((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    /** Ends the file. */
    @Override
    public void close() {
        synchronized (lock) {
            ended = true;
            try {
                out.close();
            } catch (IOException full) {
                System.err.println("vfio-user-server: trace is incomplete: " + full.getMessage());
            }
        }
    }
}
