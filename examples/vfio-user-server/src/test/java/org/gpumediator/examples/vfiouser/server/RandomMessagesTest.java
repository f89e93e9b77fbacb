package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.examples.vfiouser.server.WireClient.bytes;
import static org.gpumediator.examples.vfiouser.server.WireClient.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.EventFd;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.junit.jupiter.api.Test;

/** Well-framed messages with any content: each gets its answer, and none does harm. */
class RandomMessagesTest {

    private static final int MESSAGES = 100_000;
    private static final int PER_BATCH = 50;
    private static final long SEED = Long.getLong("vfio.seed", 20_261_121L);

    // spotless:off
    private static final long[] EDGES = {
        0, 1, 2, 3, 4, 8, 15, 16, 20, 24, 32, 36, 48, 0x21, 0x24, 4095, 4096, 4097, 65_535, 65_536, 1 << 20, (1 << 20) + 1,
        Integer.MAX_VALUE, Integer.MIN_VALUE, -1, -2, -4096, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32, 1L << 52,
    };
    // spotless:on

    private static byte[] payload(Random random) {
        int length = random.nextInt(4) == 0 ? random.nextInt(200) : 4 * random.nextInt(14);
        ByteBuffer payload = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (payload.remaining() >= 4) {
            long value =
                    switch (random.nextInt(4)) {
                        case 0 -> random.nextInt();
                        case 1 -> random.nextInt(10);
                        default -> EDGES[random.nextInt(EDGES.length)];
                    };
            if (payload.remaining() >= 8 && random.nextInt(3) == 0) {
                payload.putLong(value);
            } else {
                payload.putInt((int) value);
            }
        }
        return payload.array();
    }

    @Test
    void messages_ofAnyContent_areEachAnswered() throws Exception {
        Random random = new Random(SEED);
        int[] passed = {EventFd.create(), EventFd.create()};
        int accepted = 0;
        try (ServedGpu served = new ServedGpu(ServerSettings.DEFAULT.withWriteMultiple());
                TestFile file = new TestFile(1 << 20);
                WireClient client = served.connectAndNegotiate()) {
            for (int sent = 0; sent < MESSAGES; sent += PER_BATCH) {
                byte[] batch = {};
                int expected = 0;
                for (int i = 0; i < PER_BATCH; i++) {
                    int command = random.nextInt(20);
                    int posted = random.nextInt(8) == 0 ? Wire.NO_REPLY : 0;
                    batch = bytes(batch, frame(expected, command, posted, payload(random)));
                    expected += posted == 0 ? 1 : 0;
                }
                switch (random.nextInt(6)) {
                    case 0 -> client.sendRaw(batch, passed);
                    case 1 -> client.sendRaw(batch, file.descriptor());
                    default -> client.sendRaw(batch);
                }
                for (int id = 0; id < expected; id++) {
                    WireClient.Message reply = client.receive();
                    assertThat(reply.id()).as("seed %d, message %d", SEED, sent).isEqualTo(id);
                    accepted += reply.failed() ? 0 : 1;
                }
                client.takeDescriptors().forEach(Descriptors::close);
            }
            assertThat(client.read32(Wire.REGION_CONFIG, 0)).isEqualTo(0x5678_1234);
            assertThat(accepted).as("messages that happened to be legal").isGreaterThan(1000);
            assertThat(served.endpoint.statistics()).doesNotContainKey("socket.failures");
            assertThat(ServedGpu.openDescriptors()).as("descriptors").isLessThan(200);
        } finally {
            for (int descriptor : passed) {
                Descriptors.close(descriptor);
            }
        }
    }
}
