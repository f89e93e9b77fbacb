package org.gpumediator.examples.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.gpumediator.core.command.CommandDecoder;
import org.gpumediator.intel.gen7.command.CommandScanner;
import org.gpumediator.intel.gen7.command.Gen7Commands;
import org.gpumediator.intel.gen7.command.GraphicsSpace;
import org.gpumediator.intel.gen7.command.ScanLimits;
import org.gpumediator.intel.gen7.command.ScanResult;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What auditing a privileged batch costs: {@code scan} copies it page by page out of the guest's
 * memory, walks it and checks every graphics address and register. Beside it, on the same dwords,
 * {@code hop}, which only steps from header to header, {@code decode}, which looks each command up,
 * and {@code copy}, which only copies. The counters say bytes and commands per second.
 *
 * <p>Run with {@code -prof gc}: {@code scan} allocates nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CommandScanBenchmark extends ScannedGuest {

    private static final int BATCH_BUFFER_START = 0x1880_0000;
    private static final int BATCH_BYTES = 64 * 1024;

    /** Which commands. */
    @Param({"render", "blit", "noop"})
    public String stream = "render";

    private final CommandScanner scanner = new CommandScanner(ScanLimits.DEFAULT);
    private final int[] ring = new int[2];
    private CommandStreams.Batch batch = CommandStreams.make("noop", 0);
    private int[] guest = new int[0];
    private int[] copy = new int[0];

    /** Creates it, without a batch. */
    public CommandScanBenchmark() {
        super(CommandStreams.SLICE_START, CommandStreams.SLICE_END, 0x2000_0000, 0x3800_0000);
    }

    /** Rates of one benchmark. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Rates {
        /** Bytes of commands. */
        public long bytes;

        /** Commands. */
        public long commands;

        void add(CommandStreams.Batch batch) {
            bytes += batch.bytes();
            commands += batch.commands;
        }
    }

    /** Makes the batch, and makes sure that the scanner passes it unchanged. */
    @Setup
    public void makeBatch() {
        batch = CommandStreams.make(stream, BATCH_BYTES);
        guest = Arrays.copyOf(batch.dwords, batch.dwords.length + 1024);
        copy = new int[guest.length];
        stored = 0;
        if (scanOnce().refused() != 0 || stored != batch.dwords.length + 1) {
            throw new IllegalStateException("the batch is not legal");
        }
    }

    private ScanResult scanOnce() {
        ring[0] = BATCH_BUFFER_START;
        ring[1] = CommandStreams.SLICE_START;
        return scanner.scan(this, ring, 0, 2);
    }

    /** Copies and audits the batch. */
    @Benchmark
    public long scan(Rates rates) {
        rates.add(batch);
        return scanOnce().commands();
    }

    /** Steps from header to header by what the first dword says of its length. */
    @Benchmark
    public int hop(Rates rates) {
        rates.add(batch);
        int[] dwords = batch.dwords;
        int at = 0;
        while (at < dwords.length) {
            int dw0 = dwords[at];
            at += dw0 >>> 27 == 0 ? 1 : (dw0 & 0xff) + 2;
        }
        return at;
    }

    /** Steps from header to header by what the catalogue says. */
    @Benchmark
    public int decode(Rates rates) {
        rates.add(batch);
        int[] dwords = batch.dwords;
        CommandDecoder decoder = Gen7Commands.CATALOGUE.decoder(engine());
        int at = 0;
        while (at < dwords.length) {
            int dw0 = dwords[at];
            at += CommandDecoder.lengthOf(decoder.plan(dw0), dw0);
        }
        return at;
    }

    /** Copies. */
    @Benchmark
    public int[] copy(Rates rates) {
        rates.add(batch);
        System.arraycopy(guest, 0, copy, 0, batch.dwords.length);
        return copy;
    }

    @Override
    public int engine() {
        return stream.equals("blit") ? 1 : 0;
    }

    @Override
    public boolean ppgttEnabled() {
        return false;
    }

    @Override
    public boolean read(
            GraphicsSpace space, long graphicsAddress, int[] target, int at, int count) {
        int from = (int) (graphicsAddress - CommandStreams.SLICE_START) / Integer.BYTES;
        System.arraycopy(guest, from, target, at, count);
        return true;
    }
}
