package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.examples.vfiouser.server.WireClient.access;
import static org.gpumediator.examples.vfiouser.server.WireClient.bytes;
import static org.gpumediator.examples.vfiouser.server.WireClient.frame;

import java.util.Arrays;
import java.util.Random;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.EventFd;
import org.gpumediator.examples.common.linux.UnixSocket;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are cut, glued, too long, too short, or no messages at all. */
class FramingTest {

    private ServedGpu served;

    @BeforeEach
    void serve() throws Exception {
        served = new ServedGpu();
    }

    @AfterEach
    void stop() throws Exception {
        try (WireClient next = served.connectAndNegotiate()) {
            assertThat(next.read32(Wire.REGION_CONFIG, 0))
                    .as("server lives")
                    .isEqualTo(0x5678_1234);
        }
        served.close();
    }

    @Test
    void version_ofQemu_isAnsweredNoLongerThanAsked() throws Exception {
        try (WireClient client = served.connect()) {
            WireClient.Message reply = client.negotiate();

            assertThat(reply.flags()).isEqualTo(Wire.TYPE_REPLY);
            assertThat(reply.u32(0)).as("version 0.0").isZero();
            assertThat(reply.payload().length).isLessThanOrEqualTo(198);
            assertThat(new String(reply.payload(), 4, reply.payload().length - 4))
                    .isEqualTo(
                            "{\"capabilities\":{\"max_msg_fds\":16,\"max_data_xfer_size\":1048576}}\0");
        }
    }

    @Test
    void message_cutAtEveryByte_isUnderstood() throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            byte[] whole = frame(7, Wire.REGION_READ, 0, access(0, Wire.REGION_CONFIG, 4));
            for (int cut = 1; cut < whole.length; cut++) {
                client.sendRaw(Arrays.copyOf(whole, cut));
                client.sendRaw(Arrays.copyOfRange(whole, cut, whole.length));

                assertThat(client.receive().u32(16)).as("cut at %d", cut).isEqualTo(0x5678_1234);
            }
        }
    }

    @Test
    void messages_glued_areAnsweredInOrder() throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            byte[] glued = {};
            for (int i = 0; i < 500; i++) {
                glued =
                        bytes(
                                glued,
                                frame(
                                        i,
                                        Wire.REGION_WRITE,
                                        Wire.NO_REPLY,
                                        bytes(access(8, 0, 4), i)),
                                frame(i, Wire.REGION_READ, 0, access(8, 0, 4)));
            }
            client.sendRaw(glued);

            for (int i = 0; i < 500; i++) {
                WireClient.Message reply = client.receive();
                assertThat(reply.id()).isEqualTo(i);
                assertThat(reply.u32(16)).isEqualTo(i);
            }
        }
    }

    @Test
    void messages_gluedBeforeOneWithDescriptor_leaveItTheDescriptor() throws Exception {
        int counter = EventFd.create();
        try (WireClient client = served.connectAndNegotiate()) {
            client.sendRaw(frame(1, Wire.REGION_READ, 0, access(0, 0, 4)));
            client.sendRaw(
                    bytes(
                            frame(2, Wire.REGION_READ, 0, access(0, 0, 4)),
                            frame(3, Wire.DEVICE_SET_IRQS, 0, WireClient.irqs(0x24, 1, 0, 1))),
                    counter);

            assertThat(client.receive().error()).isZero();
            assertThat(client.receive().error()).isZero();
            assertThat(client.receive().error()).isZero();
            served.port.interrupts().raise(0);
            assertThat(EventFd.take(counter)).isEqualTo(1);
        } finally {
            Descriptors.close(counter);
        }
    }

    @Test
    void message_ofGreatestLength_isUnderstood() throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            byte[] data = new byte[Wire.MAX_DATA];
            new Random(1).nextBytes(data);

            client.write(2, 0, data);

            assertThat(client.read(2, 0, Wire.MAX_DATA)).isEqualTo(data);
        }
    }

    @Test
    void posted_write_isNeverAnswered() throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            client.post(Wire.REGION_WRITE, bytes(access(0, 0, 4), 5));
            client.post(Wire.REGION_WRITE, bytes(access(-1L, 0, 4), 5));
            client.post(Wire.REGION_WRITE, bytes(access(0, 77, 4), 5));
            client.post(99, new byte[0]);
            client.post(Wire.DEVICE_SET_IRQS, new byte[3]);

            assertThat(client.read32(0, 0)).as("first thing answered").isEqualTo(5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, -1, Integer.MIN_VALUE, Wire.MAX_MESSAGE + 1, Integer.MAX_VALUE})
    void message_ofImpossibleSize_isRefusedAndEndsTheConnection(int size) throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            client.sendRaw(bytes((short) 9, (short) Wire.REGION_READ, size, 0, 0));

            WireClient.Message reply = client.receive();

            assertThat(reply.id()).isEqualTo(9);
            assertThat(reply.flags()).isEqualTo(Wire.TYPE_REPLY | Wire.ERROR);
            assertThat(reply.error()).isEqualTo(Errno.EINVAL);
            client.awaitEnd();
        }
    }

    @Test
    void postedMessage_ofImpossibleSize_endsTheConnectionWithoutAnswer() throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            client.sendRaw(bytes((short) 9, (short) Wire.REGION_WRITE, 3, Wire.NO_REPLY, 0));

            client.awaitEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 15})
    void reply_toNothing_endsTheConnection(int type) throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            client.sendRaw(frame(1, Wire.DMA_READ, type, new byte[16]));

            client.awaitEnd();
        }
    }

    @Test
    void connection_closedInsideAMessage_isForgotten() throws Exception {
        for (int cut : new int[] {1, 8, 16, 20}) {
            try (WireClient client = served.connectAndNegotiate()) {
                byte[] whole = frame(7, Wire.REGION_READ, 0, access(0, 0, 4));
                client.sendRaw(Arrays.copyOf(whole, cut));
            }
        }
        ServedGpu.await("four resets", () -> served.gpu.resets().size() == 4);
    }

    @Test
    void firstMessage_otherThanVersion_isRefusedAndEndsTheConnection() throws Exception {
        try (WireClient client = served.connect()) {
            assertThat(client.errorOf(Wire.DEVICE_GET_INFO, new byte[16])).isEqualTo(Errno.EINVAL);
            client.awaitEnd();
        }
    }

    @Test
    void version_sentTwice_isRefused() throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            assertThat(client.negotiate().error()).isEqualTo(Errno.EINVAL);
            assertThat(client.read32(Wire.REGION_CONFIG, 0)).isEqualTo(0x5678_1234);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 11, 12, 14, 15, 16, 17, 18, 19, 99, 0xffff})
    void command_notForServers_isInvalid(int command) throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            assertThat(client.errorOf(command, new byte[64])).isEqualTo(Errno.EINVAL);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10})
    void command_withShortPayload_isInvalid(int command) throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            for (int length = 0; length < 16; length++) {
                assertThat(client.errorOf(command, new byte[length])).isEqualTo(Errno.EINVAL);
            }
        }
    }

    @Test
    void descriptors_onCommandThatTakesNone_areClosedAndRefused() throws Exception {
        int[] passed = UnixSocket.pair();
        try (WireClient client = served.connectAndNegotiate()) {
            int before = ServedGpu.openDescriptors();
            for (int i = 0; i < 50; i++) {
                assertThat(client.errorOf(Wire.DEVICE_GET_INFO, bytes(16, 0, 0, 0), passed))
                        .isEqualTo(Errno.EINVAL);
                client.sendRaw(
                        frame(1, Wire.REGION_WRITE, Wire.NO_REPLY, bytes(access(0, 0, 4), 5)),
                        passed);
            }
            assertThat(client.read32(0, 0)).as("writes with descriptors refused").isZero();
            assertThat(ServedGpu.openDescriptors()).isEqualTo(before);
        } finally {
            for (int descriptor : passed) {
                Descriptors.close(descriptor);
            }
        }
    }

    @Test
    void garbage_ofAnySeed_neverEndsTheServer() throws Exception {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            byte[] garbage = new byte[1 + random.nextInt(5000)];
            random.nextBytes(garbage);
            try (WireClient client = served.connect()) {
                if (random.nextBoolean()) {
                    client.negotiate();
                }
                client.sendRaw(garbage);
            }
        }
    }
}
