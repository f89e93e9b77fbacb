package org.gpumediator.nvidia.vf.core;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.nvidia.vf.gsp.GspControls;
import org.gpumediator.nvidia.vf.gsp.Waiter;

/**
 * Fills framebuffer with zeros by the copy engine. Each use has a channel of its own, so that
 * several can run at once.
 *
 * <p>Source: methods of the Ampere DMA copy class; lines of at most 2 GiB.
 */
public final class Scrubber {

    // spotless:off
    private static final int SEMAPHORE_HIGH   = 0x240;
    private static final int FILL_VALUE       = 0x700;
    private static final int REMAP_COMPONENTS = 0x708;
    private static final int TARGET_HIGH      = 0x408;
    private static final int PITCH_OUT        = 0x414;
    private static final int LAUNCH           = 0x300;
    // spotless:on

    private static final int CHANNEL_DOORBELL = 0xb8_0000 + 0x3_0090;
    private static final int INCREMENTING = 1 << 29;
    private static final int SUBCHANNEL = 4 << 13;
    private static final int ONE_COMPONENT = 4 << 16 | 4;
    private static final int LAUNCH_FLAGS = 2 | 1 << 3 | 1 << 8 | 1 << 9 | 1 << 10;
    private static final long MOST_LINE_BYTES = 0x8000_0000L;
    private static final int SEMAPHORE_PAGE = DmaPages.PAGE;
    private static final int DONE = 0x6f6b_6179;
    private static final long LIMIT_NANOS = 4_000_000_000L;

    private final PhysicalGpu gpu;
    private final Waiter waiter;
    private final Map<Integer, Integer> leftovers = new ConcurrentHashMap<>();
    private final LongAdder bytes = new LongAdder();

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
     * Scrubs a range and waits for it.
     *
     * @param controls the firmware, and a client of it
     * @param client on whose behalf
     * @param channel a channel id that nobody else uses meanwhile
     * @param range whole pages
     * @throws ShareLostException if it does not finish: whether and when the engine still writes
     *     there is unknown
     * @throws GpuMediationException if it could not be begun
     */
    public void scrub(GspControls controls, int client, int channel, ResourceRange range) {
        DmaPages memory = new DmaPages(gpu, 2 * DmaPages.PAGE, DmaAccess.READ_WRITE);
        boolean done = false;
        try {
            freeLeftover(controls, client, channel);
            int handle = controls.newHandle();
            leftovers.put(channel, handle);
            controls.openChannel("scrub channel", client, handle, channel, memory.busAddress());
            write(memory, range);
            gpu.write(0, CHANNEL_DOORBELL, 4, channel);
            done =
                    waiter.until(
                            LIMIT_NANOS,
                            () ->
                                    gpu.read(0, 0x11_1388, 4) != 0
                                            && memory.getInt(SEMAPHORE_PAGE) == DONE);
            freeLeftover(controls, client, channel);
        } finally {
            memory.close();
        }
        if (!done) {
            throw new ShareLostException(
                    "scrub of framebuffer " + range + ": not done within " + LIMIT_NANOS + " ns",
                    null);
        }
        bytes.add(range.length());
    }

    /** Closes a channel that is open, or may be because nobody knows what became of a call. */
    private void freeLeftover(GspControls controls, int client, int channel) {
        Integer handle = leftovers.get(channel);
        if (handle != null) {
            controls.free("scrub channel", client, handle);
            leftovers.remove(channel);
        }
    }

    /** Forgets what was open: the firmware was started anew. */
    void reset() {
        leftovers.clear();
    }

    private static void write(DmaPages memory, ResourceRange range) {
        long line = Math.min(Long.lowestOneBit(range.length()), MOST_LINE_BYTES);
        long semaphore = memory.busAddress() + SEMAPHORE_PAGE;
        long target = range.start();
        int[][] methods = {
            {SEMAPHORE_HIGH, (int) (semaphore >>> 32), (int) semaphore, DONE},
            {FILL_VALUE, 0},
            {REMAP_COMPONENTS, ONE_COMPONENT},
            {TARGET_HIGH, (int) (target >>> 32), (int) target},
            {PITCH_OUT, (int) line, (int) line, (int) (range.length() / line)},
            {LAUNCH, LAUNCH_FLAGS}
        };
        int at = 1;
        for (int[] method : methods) {
            int words = method.length - 1;
            memory.putInt(4L * at++, INCREMENTING | words << 16 | SUBCHANNEL | method[0] >> 2);
            for (int i = 1; i <= words; i++) {
                memory.putInt(4L * at++, method[i]);
            }
        }
        memory.putInt(0, at - 1);
    }
}
