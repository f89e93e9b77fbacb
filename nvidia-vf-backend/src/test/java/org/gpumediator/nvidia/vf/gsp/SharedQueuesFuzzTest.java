package org.gpumediator.nvidia.vf.gsp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.hardware.PhysicalGpu;

/**
 * Fuzzes the driver's end of the queues that it shares with the firmware. The input is what the
 * firmware's side stores: elements, each with the parts of its header that shall be right, and
 * pointers. In between everything is received.
 *
 * <p>The stored inputs run with every build; {@code JAZZER_FUZZ=1} searches for more.
 */
class SharedQueuesFuzzTest {

    private static final int COUNT = 63;
    private static final int ENTRY = 4096;
    private static final int RPC = 48;
    private static final int HEADER = 32;
    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int[] FUNCTIONS = {
        GspRpc.RM_CONTROL, GspRpc.RM_ALLOC, GspRpc.STATIC_INFO, SharedQueues.CONTINUATION
    };

    private final List<SharedQueues.Message> messages = new ArrayList<>();
    private int corrupted;
    private MemorySegment memory = MemorySegment.NULL;
    private int writeAt;
    private int sequence;

    @FuzzTest(maxDuration = "30m")
    void status_ofAnyContent_isReceivedInBounds(byte[] input) {
        messages.clear();
        corrupted = 0;
        writeAt = 0;
        sequence = 0;
        try (SharedQueues queues = new SharedQueues(bus())) {
            link();
            ByteBuffer left = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
            while (left.remaining() >= 4) {
                step(queues, left);
            }
            receive(queues);
        }
    }

    private void step(SharedQueues queues, ByteBuffer left) {
        int what = left.getInt();
        switch (what & 7) {
            case 0 -> receive(queues);
            case 1 -> memory.set(LE32, SharedQueues.STATUS_OFFSET + 4L * (what >>> 8 & 15), what);
            case 2 -> pointer(what >> 8);
            case 3 ->
                    memory.set(
                            LE32,
                            SharedQueues.STATUS_OFFSET + (what >>> 8) % (64 * ENTRY - 3),
                            left.remaining() >= 4 ? left.getInt() : what);
            case 4 ->
                    queues.send(
                            GspRpc.RM_CONTROL,
                            what >>> 8,
                            new byte[what >>> 17],
                            new byte[what >>> 17],
                            0,
                            what >>> 17 << 1);
            default -> element(what, left);
        }
    }

    /** Puts an element: the bits of {@code what} say which parts of it are as they shall be. */
    private void element(int what, ByteBuffer left) {
        int elements = (what & 1 << 8) != 0 ? what >>> 28 : 1 + (what >>> 28) % 3;
        int length = (what & 1 << 9) != 0 ? what >>> 12 & 0xffff : HEADER + (what >>> 12 & 0xffff);
        ByteBuffer all =
                ByteBuffer.allocate(Math.max(1, elements) * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
        length = (what & 1 << 10) != 0 ? length : Math.min(length, all.capacity() - RPC);
        all.putInt(40, elements);
        all.putInt(36, (what & 1 << 11) != 0 ? what : sequence++);
        all.putInt(RPC, 0x0300_0000).putInt(RPC + 4, 0x4350_5256).putInt(RPC + 8, length);
        all.putInt(RPC + 12, FUNCTIONS[what >>> 3 & 3]);
        int body = Math.min(left.remaining(), Math.min(256, all.capacity() - RPC - HEADER));
        left.get(all.array(), RPC + HEADER, body);
        int sum = 0;
        int summed = Math.min(all.capacity(), RPC + Math.max(0, length) + 7 & ~7);
        for (int at = 0; at < summed; at++) {
            sum ^= (all.get(at) & 0xff) << 8 * (at & 3);
        }
        all.putInt(32, sum);
        for (int i = 0; i < all.capacity() / ENTRY; i++) {
            MemorySegment.copy(
                    MemorySegment.ofBuffer(all),
                    (long) i * ENTRY,
                    memory,
                    SharedQueues.STATUS_OFFSET + ENTRY + (long) ((writeAt + i) % COUNT) * ENTRY,
                    ENTRY);
        }
        pointer((writeAt + Math.max(1, elements)) % COUNT);
    }

    private void pointer(int value) {
        writeAt = Math.floorMod(value, COUNT);
        memory.set(LE32, SharedQueues.STATUS_OFFSET + 16, value);
    }

    private void receive(SharedQueues queues) {
        int before = messages.size() + corrupted;
        queues.receive(
                new SharedQueues.Listener() {
                    @Override
                    public void message(SharedQueues.Message message) {
                        messages.add(message);
                        assertThat(message.payload().limit()).isBetween(0, SharedQueues.MOST_BODY);
                    }

                    @Override
                    public void corrupted() {
                        corrupted++;
                    }
                });
        assertThat(messages.size() + corrupted - before).isLessThanOrEqualTo(2 * COUNT);
    }

    private void link() {
        long block = SharedQueues.STATUS_OFFSET;
        int[] header = {0, 256 << 10, ENTRY, COUNT, 0, 1, 32, ENTRY};
        for (int i = 0; i < header.length; i++) {
            memory.set(LE32, block + 4L * i, header[i]);
        }
    }

    private PhysicalGpu bus() {
        return (PhysicalGpu)
                Proxy.newProxyInstance(
                        PhysicalGpu.class.getClassLoader(),
                        new Class<?>[] {PhysicalGpu.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("mapForDma")) {
                                memory = (MemorySegment) arguments[0];
                                return 0x1_0000_0000L;
                            }
                            return null;
                        });
    }
}
