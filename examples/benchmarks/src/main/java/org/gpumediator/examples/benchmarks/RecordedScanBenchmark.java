package org.gpumediator.examples.benchmarks;

import java.util.concurrent.TimeUnit;
import org.gpumediator.intel.gen7.command.CommandScanner;
import org.gpumediator.intel.gen7.command.GraphicsSpace;
import org.gpumediator.intel.gen7.command.ScanLimits;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What auditing costs of what a real driver submits: {@code scan} takes all of {@link
 * RecordedSubmissions} through the scanner once, ring commands and privileged batches. Most are
 * small: what counts is the time of one. Beside it {@code copy}, which only copies the same dwords.
 *
 * <p>Run with {@code -prof gc}: {@code scan} allocates nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RecordedScanBenchmark extends ScannedGuest {

    private final CommandScanner scanner = new CommandScanner(ScanLimits.DEFAULT);

    /** An array: the iterator of a list is allocated until the benchmark itself is compiled. */
    private final RecordedSubmissions.Submission[] submissions =
            RecordedSubmissions.read().toArray(RecordedSubmissions.Submission[]::new);

    private final int[] ring = new int[32 * 1024];
    private RecordedSubmissions.Submission current = submissions[0];
    private int nextPart;

    /** Reads the submissions. */
    public RecordedScanBenchmark() {
        super(
                RecordedSubmissions.LOW_START,
                RecordedSubmissions.LOW_END,
                RecordedSubmissions.HIGH_START,
                RecordedSubmissions.HIGH_END);
    }

    /** Rates of one benchmark. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Rates {
        /** Bytes of commands. */
        public long bytes;

        /** Commands. */
        public long commands;

        /** Writes of a ring's tail. */
        public long submissions;
    }

    /** Makes sure that the scanner passes everything. */
    @Setup
    public void check() {
        Rates rates = new Rates();
        if (scan(rates) == 0 || stored == 0) {
            throw new IllegalStateException("nothing was scanned");
        }
    }

    /** Copies and audits every submission. */
    @Benchmark
    public long scan(Rates rates) {
        long before = stored;
        long commands = 0;
        long ringDwords = 0;
        for (RecordedSubmissions.Submission submission : submissions) {
            current = submission;
            nextPart = 0;
            int count = submission.ring().length;
            System.arraycopy(submission.ring(), 0, ring, 0, count);
            commands += scanner.scan(this, ring, 0, count).commands();
            ringDwords += count;
        }
        rates.commands += commands;
        rates.bytes += (ringDwords + stored - before) * Integer.BYTES;
        rates.submissions += submissions.length;
        return commands;
    }

    /** Copies every submission. */
    @Benchmark
    public int copy() {
        for (RecordedSubmissions.Submission submission : submissions) {
            System.arraycopy(submission.ring(), 0, ring, 0, submission.ring().length);
            for (int i = 0; i < submission.parts().size(); i++) {
                int[] dwords = submission.parts().get(i).dwords();
                System.arraycopy(dwords, 0, ring, 0, dwords.length);
            }
        }
        return ring[0];
    }

    @Override
    public int engine() {
        return current.engine();
    }

    @Override
    public boolean ppgttEnabled() {
        return current.ppgtt();
    }

    @Override
    public boolean read(
            GraphicsSpace space, long graphicsAddress, int[] target, int at, int count) {
        RecordedSubmissions.Part part = current.parts().get(nextPart++);
        if (part.address() != graphicsAddress || part.dwords().length != count) {
            throw new IllegalStateException("the scanner reads what the driver did not submit");
        }
        System.arraycopy(part.dwords(), 0, target, at, count);
        return true;
    }
}
