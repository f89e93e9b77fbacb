package org.gpumediator.nvidia.vf.core;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.nvidia.vf.gsp.Waiter;
import org.gpumediator.nvidia.vf.hardware.BoardRegisters;
import org.jspecify.annotations.Nullable;

/**
 * Fills framebuffer with zeros by the copy engine. Each use has a channel of its own, so that
 * several can run at once.
 *
 * <p>Source: methods of the Ampere DMA copy class; lines of at most 2 GiB.
 */
public final class Scrubber implements AutoCloseable {

    // spotless:off
    private static final int SEMAPHORE_HIGH   = 0x240;
    private static final int FILL_VALUE       = 0x700;
    private static final int REMAP_COMPONENTS = 0x708;
    private static final int TARGET_HIGH      = 0x408;
    private static final int PITCH_OUT        = 0x414;
    private static final int LAUNCH           = 0x300;
    // spotless:on

    private static final int INCREMENTING = 1 << 29;
    private static final int SUBCHANNEL = 4 << 13;
    private static final int ONE_COMPONENT = 4 << 16 | 4;
    private static final int RELEASE_SEMAPHORE = 1 << 3;
    private static final int LAUNCH_FLAGS = 2 | RELEASE_SEMAPHORE | 1 << 8 | 1 << 9 | 1 << 10;
    private static final long MOST_LINE_BYTES = 0x8000_0000L;
    private static final int SEMAPHORE_PAGE = DmaPages.PAGE;
    private static final int DONE = 0x6f6b_6179;
    private static final long LIMIT_NANOS = 4_000_000_000L;

    private final PhysicalGpu gpu;
    private final Waiter waiter;
    private final Map<Integer, Leftover> leftovers = new ConcurrentHashMap<>();
    private final LongAdder bytes = new LongAdder();
    private final AtomicReference<@Nullable DmaPages> idle = new AtomicReference<>();
    private volatile boolean closed;

    /** A channel that may be open, in the run of the firmware that it was opened in. */
    private record Leftover(FirmwareRun run, int handle) {}

    /** Creates the scrubber of one board. */
    public Scrubber(PhysicalGpu gpu, Waiter waiter) {
        this.gpu = gpu;
        this.waiter = waiter;
    }

    /** Returns how much was scrubbed. */
    public long scrubbedBytes() {
        return bytes.sum();
    }

    /**
     * Scrubs ranges and waits for it.
     *
     * @param run the firmware
     * @param channel a channel id that nobody else uses meanwhile
     * @param ranges whole pages
     * @throws ShareLostException if it does not finish: whether and when the engine still writes
     *     there is unknown
     * @throws GpuMediationException if it could not be begun
     */
    public void scrub(FirmwareRun run, int channel, ResourceRange... ranges) {
        DmaPages memory = takePages();
        boolean done = false;
        boolean unused = false;
        try {
            freeLeftover(run, channel);
            int handle = run.controls().newHandle();
            leftovers.put(channel, new Leftover(run, handle));
            run.controls()
                    .openChannel(
                            "scrub channel", run.client(), handle, channel, memory.busAddress());
            write(memory, ranges);
            new Mmio(gpu).write(BoardRegisters.CHANNEL_DOORBELL, channel);
            done = waiter.until(LIMIT_NANOS, () -> memory.getInt(SEMAPHORE_PAGE) == DONE);
            freeLeftover(run, channel);
            unused = done;
        } finally {
            if (unused) {
                keepPages(memory);
            } else {
                memory.close(); // the engine may still read and write there
            }
        }
        if (!done) {
            throw new ShareLostException(
                    "scrub of framebuffer "
                            + Arrays.toString(ranges)
                            + ": not done within "
                            + LIMIT_NANOS
                            + " ns",
                    null);
        }
        for (ResourceRange range : ranges) {
            bytes.add(range.length());
        }
    }

    private DmaPages takePages() {
        DmaPages kept = idle.getAndSet(null);
        if (kept == null) {
            return new DmaPages(gpu, 2 * DmaPages.PAGE, DmaAccess.READ_WRITE);
        }
        kept.putInt(SEMAPHORE_PAGE, 0);
        return kept;
    }

    /** Keeps what the next one needs: giving shared memory back stops every thread. */
    private void keepPages(DmaPages memory) {
        if (closed || !idle.compareAndSet(null, memory)) {
            memory.close();
        } else if (closed) {
            close();
        }
    }

    /** Gives memory back; whoever still scrubs does so himself. */
    @Override
    public void close() {
        closed = true;
        DmaPages kept = idle.getAndSet(null);
        if (kept != null) {
            kept.close();
        }
    }

    /** Closes a channel that is open, or may be because nobody knows what became of a call. */
    private void freeLeftover(FirmwareRun run, int channel) {
        Leftover open = leftovers.get(channel);
        if (open != null && open.run == run) {
            run.controls().closeChannel("scrub channel", run.client(), open.handle);
            leftovers.remove(channel, open);
        }
    }

    /** One fill for each range; the last one says that all are done. */
    private static void write(DmaPages memory, ResourceRange... ranges) {
        int at = 1;
        for (int i = 0; i < ranges.length; i++) {
            at = write(memory, at, ranges[i], i == ranges.length - 1);
        }
        memory.putInt(0, at - 1);
    }

    private static int write(DmaPages memory, int first, ResourceRange range, boolean last) {
        long line = Math.min(Long.lowestOneBit(range.length()), MOST_LINE_BYTES);
        long semaphore = memory.busAddress() + SEMAPHORE_PAGE;
        long target = range.start();
        int[][] methods = {
            {SEMAPHORE_HIGH, (int) (semaphore >>> 32), (int) semaphore, DONE},
            {FILL_VALUE, 0},
            {REMAP_COMPONENTS, ONE_COMPONENT},
            {TARGET_HIGH, (int) (target >>> 32), (int) target},
            {PITCH_OUT, (int) line, (int) line, (int) (range.length() / line)},
            {LAUNCH, last ? LAUNCH_FLAGS : LAUNCH_FLAGS & ~RELEASE_SEMAPHORE}
        };
        int at = first;
        for (int[] method : methods) {
            int words = method.length - 1;
            memory.putInt(4L * at++, INCREMENTING | words << 16 | SUBCHANNEL | method[0] >> 2);
            for (int i = 1; i <= words; i++) {
                memory.putInt(4L * at++, method[i]);
            }
        }
        return at;
    }
}
