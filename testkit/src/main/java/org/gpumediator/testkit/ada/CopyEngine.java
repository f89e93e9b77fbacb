package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The copy engine, as far as it fills memory with zeros and releases a semaphore afterwards.
 *
 * <p>Method numbers as of the Ampere DMA copy class. A channel is a push buffer in host memory: its
 * first dword counts the dwords that follow, as a choice; on the chip a ring of such buffers lies
 * between.
 */
final class CopyEngine {

    private static final int SEMAPHORE_HIGH = 0x240;
    private static final int SEMAPHORE_LOW = 0x244;
    private static final int SEMAPHORE_VALUE = 0x248;
    private static final int LAUNCH = 0x300;
    private static final int TARGET_HIGH = 0x408;
    private static final int TARGET_LOW = 0x40c;
    private static final int PITCH = 0x414;
    private static final int LINE_LENGTH = 0x418;
    private static final int LINE_COUNT = 0x41c;
    private static final int FILL_VALUE = 0x700;
    private static final int MOST_DWORDS = 1024;
    private static final long MOST_LINE_BYTES = 0x8000_0000L;
    private static final long BYTES_PER_MICROSECOND = 1 << 20;
    private static final int LAUNCH_SEMAPHORE = 1 << 3;

    /** Cost of what never ends: nothing behind it on its channel is done. */
    private static final long HANGS = -1;

    private final Board board;
    private final Map<Integer, Long> channels = new HashMap<>();
    private long scrubbedBytes;

    CopyEngine(Board board) {
        this.board = board;
    }

    boolean open(int channel, long pushBuffer) {
        return channels.putIfAbsent(channel, pushBuffer) == null;
    }

    boolean close(int channel) {
        return channels.remove(channel) != null;
    }

    void reset() {
        channels.clear();
    }

    long scrubbedBytes() {
        return scrubbedBytes;
    }

    int channels() {
        return channels.size();
    }

    /** Runs what is in a channel's push buffer. */
    void doorbell(int channel) {
        Long buffer = channels.get(channel);
        if (buffer == null) {
            return;
        }
        int count = Math.clamp(board.dma().readInt(buffer), 0, MOST_DWORDS);
        ByteBuffer dwords = GspQueues.little(new byte[4 * count]);
        board.dma().readBytes(buffer + 4, MemorySegment.ofBuffer(dwords));
        Map<Integer, Integer> state = new HashMap<>();
        long cost = 0;
        while (dwords.hasRemaining()) {
            int header = dwords.getInt();
            int method = (header & 0xfff) << 2;
            int words = header >>> 16 & 0x1fff;
            for (int k = 0; k < words && dwords.hasRemaining(); k++) {
                int value = dwords.getInt();
                state.put(method + 4 * k, value);
                if (method + 4 * k == LAUNCH) {
                    long its = launch(state, value, cost);
                    if (its == HANGS) {
                        return;
                    }
                    cost += its;
                }
            }
        }
    }

    private long launch(Map<Integer, Integer> state, int flags, long after) {
        long target = wide(state, TARGET_HIGH, TARGET_LOW);
        long line = Integer.toUnsignedLong(state.getOrDefault(LINE_LENGTH, 0));
        long bytes = line * Integer.toUnsignedLong(state.getOrDefault(LINE_COUNT, 0));
        board.orders().add("clear " + target + " " + bytes);
        boolean legal =
                line <= MOST_LINE_BYTES
                        && state.getOrDefault(PITCH, 0) == (int) line
                        && state.getOrDefault(FILL_VALUE, -1) == 0
                        && target >= 0
                        && bytes >= 0
                        && target <= board.framebuffer().length() - bytes;
        if (!legal || board.faults().strikes(GspFault.SCRUB_TIMEOUT, GspFaults.ANY)) {
            return HANGS;
        }
        long cost = 1_000 + bytes / BYTES_PER_MICROSECOND * 1_000;
        long semaphore = wide(state, SEMAPHORE_HIGH, SEMAPHORE_LOW);
        int value = state.getOrDefault(SEMAPHORE_VALUE, 0);
        board.agenda()
                .after(
                        after + cost,
                        () -> {
                            board.framebuffer().clear(target, bytes);
                            scrubbedBytes += bytes;
                            if ((flags & LAUNCH_SEMAPHORE) != 0) {
                                board.dma().writeInt(semaphore, value);
                            }
                        });
        return cost;
    }

    private static long wide(Map<Integer, Integer> state, int high, int low) {
        return (long) state.getOrDefault(high, 0) << 32
                | Integer.toUnsignedLong(state.getOrDefault(low, 0));
    }
}
