package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.examples.vfiouser.server.WireClient.bytes;
import static org.gpumediator.examples.vfiouser.server.WireClient.irqs;

import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.EventFd;
import org.gpumediator.examples.common.linux.LinuxException;
import org.gpumediator.examples.common.linux.UnixSocket;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Interrupts from the virtual GPU to the client, through its socket. */
class ClientInterruptsTest {

    private static final int INTX = Wire.IRQ_INTX;
    private static final int MSI = Wire.IRQ_MSI;
    private static final int MSIX = Wire.IRQ_MSI_X;
    private static final int DISABLE = 0x21;
    private static final int ASSIGN = 0x24;

    private final int[] counters = new int[8];
    private ServedGpu served;
    private WireClient client;

    @BeforeEach
    void serve() throws Exception {
        served = new ServedGpu();
        client = served.connectAndNegotiate();
        for (int i = 0; i < counters.length; i++) {
            counters[i] = EventFd.create();
        }
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        served.close();
        for (int counter : counters) {
            Descriptors.close(counter);
        }
    }

    private int set(int flags, int index, int start, int count, int... passed)
            throws LinuxException {
        return client.errorOf(Wire.DEVICE_SET_IRQS, irqs(flags, index, start, count), passed);
    }

    private int setBools(int flags, int index, int start, byte... bools) throws LinuxException {
        return client.errorOf(
                Wire.DEVICE_SET_IRQS, bytes(irqs(flags, index, start, bools.length), bools));
    }

    private ClientInterrupts port() {
        return served.port.interrupts();
    }

    private long taken(int counter) {
        return EventFd.take(counters[counter]);
    }

    @Test
    void irqInfo_ofEveryKind_tellsCountAndAbilities() throws Exception {
        int[][] expected = {{7, 1}, {3, ScratchGpu.MSI_VECTORS}, {3, ScratchGpu.MSIX_VECTORS}};
        for (int index = 0; index < 3; index++) {
            WireClient.Message reply =
                    client.call(Wire.DEVICE_GET_IRQ_INFO, bytes(16, 0, index, 0));
            assertThat(reply.payload())
                    .isEqualTo(bytes(16, expected[index][0], index, expected[index][1]));
        }
        assertThat(client.errorOf(Wire.DEVICE_GET_IRQ_INFO, bytes(16, 0, 3, 0)))
                .isEqualTo(Errno.EINVAL);
        assertThat(client.errorOf(Wire.DEVICE_GET_IRQ_INFO, bytes(15, 0, 0, 0)))
                .isEqualTo(Errno.EINVAL);
    }

    // spotless:off
    @ParameterizedTest
    @CsvSource({
        //  flags index start count  what
        "   0x24, 0,    0,    1,     no descriptor: de-assign although none was set",
        "   0x24, 1,    0,    4,     as many as there are",
        "   0x24, 2,    7,    1,     last vector",
        "   0x21, 0,    0,    0,     disable",
        "   0x21, 1,    0,    0,     disable",
        "   0x21, 2,    0,    0,     disable although never enabled",
        "   0x21, 1,    3,    1,     trigger with nobody listening",
        "   0x09, 0,    0,    1,     mask",
        "   0x11, 0,    0,    1,     unmask",
        "   0x09, 2,    0,    8,     mask all",
    })
    void set_legal_succeeds(String flags, int index, int start, int count, String what) throws Exception {
        assertThat(set(Integer.decode(flags), index, start, count)).as(what).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        //  flags index start       count       what
        "   0x00, 0,    0,          1,          nothing asked",
        "   0x01, 0,    0,          1,          no action",
        "   0x20, 0,    0,          1,          no data",
        "   0x25, 0,    0,          1,          two kinds of data",
        "   0x31, 0,    0,          1,          two actions",
        "   0x61, 0,    0,          1,          unknown flag",
        "   0x21, 3,    0,          0,          errors are not offered",
        "   0x21, 4,    0,          0,          requests are not offered",
        "   0x21, -1,   0,          0,          index out of range",
        "   0x24, 0,    1,          1,          start behind the last",
        "   0x24, 0,    0,          2,          more than there are",
        "   0x24, 2,    7,          2,          beyond the end",
        "   0x24, 2,    -1,         1,          start is huge",
        "   0x24, 2,    1,          -1,         count is huge",
        "   0x24, 2,    2147483647, 2147483647, sum overflows",
        "   0x24, 1,    0,          0,          eventfd without count",
        "   0x21, 1,    1,          0,          disable from somewhere",
        "   0x09, 1,    0,          0,          mask nothing",
        "   0x14, 1,    0,          1,          unmask counter for messages",
        "   0x0c, 2,    0,          1,          mask counter for messages",
        "   0x22, 1,    0,          1,          bytes missing",
    })
    void set_nonsense_isInvalid(String flags, int index, int start, int count, String what) throws Exception {
        assertThat(set(Integer.decode(flags), index, start, count)).as(what).isEqualTo(Errno.EINVAL);
    }
    // spotless:on

    @Test
    void set_wrongDescriptors_areRefusedAndClosed() throws Exception {
        int[] pair = UnixSocket.pair();
        int before = ServedGpu.openDescriptors();

        assertThat(set(ASSIGN, MSI, 0, 1, counters[0], counters[1])).isEqualTo(Errno.EINVAL);
        assertThat(set(ASSIGN, MSI, 0, 2, counters[0])).isEqualTo(Errno.EINVAL);
        assertThat(set(DISABLE, MSI, 0, 0, counters[0])).isEqualTo(Errno.EINVAL);
        assertThat(set(DISABLE, MSI, 0, 1, counters[0])).isEqualTo(Errno.EINVAL);
        assertThat(set(ASSIGN, MSI, 0, 1, pair[0])).as("a socket").isEqualTo(Errno.EINVAL);
        assertThat(set(ASSIGN, MSI, 0, 2, counters[0], pair[0]))
                .as("the second is a socket")
                .isEqualTo(Errno.EINVAL);

        assertThat(port().armed(MSI, 0)).isFalse();
        assertThat(ServedGpu.openDescriptors()).isEqualTo(before);
        Descriptors.close(pair[0]);
        Descriptors.close(pair[1]);
    }

    @Test
    void message_raised_reachesItsCounterOnly() throws Exception {
        set(ASSIGN, MSI, 0, 2, counters[0], counters[1]);

        port().raise(1);
        port().raise(1);

        assertThat(taken(0)).isZero();
        assertThat(taken(1)).isEqualTo(2);
    }

    @Test
    void message_raisedBeforeItsCounterComes_isDeliveredWithIt() throws Exception {
        port().raise(3);
        set(DISABLE, INTX, 0, 0);
        set(ASSIGN, MSIX, 0, 1);
        set(ASSIGN, MSIX, 3, 1, counters[3]);

        assertThat(taken(3)).isEqualTo(1);
    }

    @Test
    void message_raisedBeforeAReset_isForgotten() throws Exception {
        port().raise(0);
        assertThat(client.errorOf(Wire.DEVICE_RESET, new byte[0])).isZero();
        set(ASSIGN, MSI, 0, 1, counters[0]);

        assertThat(taken(0)).isZero();
    }

    @Test
    void message_ofMaskedVector_isHeldBack() throws Exception {
        set(ASSIGN, MSIX, 0, 2, counters[0], counters[1]);
        setBools(0x0a, MSIX, 0, (byte) 0, (byte) 1);
        port().raise(0);
        port().raise(1);
        assertThat(taken(0)).isEqualTo(1);
        assertThat(taken(1)).isZero();

        setBools(0x12, MSIX, 0, (byte) 0, (byte) 1);

        assertThat(taken(1)).isEqualTo(1);
    }

    @Test
    void message_outOfRange_isDropped() {
        port().raise(-1);
        port().raise(ScratchGpu.MSIX_VECTORS);
        port().raise(Integer.MAX_VALUE);

        assertThat(port().count(MSIX)).isEqualTo(ScratchGpu.MSIX_VECTORS);
    }

    @Test
    void trigger_byBytes_raisesTheMarkedOnes() throws Exception {
        set(ASSIGN, MSI, 0, 3, counters[0], counters[1], counters[2]);

        assertThat(setBools(0x22, MSI, 0, (byte) 1, (byte) 0, (byte) 1)).isZero();
        assertThat(set(DISABLE, MSI, 2, 1)).as("none + trigger of one").isZero();

        assertThat(taken(0)).isEqualTo(1);
        assertThat(taken(1)).isZero();
        assertThat(taken(2)).isEqualTo(2);
    }

    @Test
    void counter_replacedOrTakenAway_isClosed() throws Exception {
        int before = ServedGpu.openDescriptors();
        for (int i = 0; i < 20; i++) {
            set(ASSIGN, MSIX, 0, 8, counters);
        }
        assertThat(ServedGpu.openDescriptors()).isEqualTo(before + 8);
        set(ASSIGN, MSIX, 2, 2);
        assertThat(ServedGpu.openDescriptors()).isEqualTo(before + 6);
        set(DISABLE, MSIX, 0, 0);
        assertThat(ServedGpu.openDescriptors()).isEqualTo(before);

        port().raise(0);
        assertThat(taken(0)).isZero();
    }

    @Test
    void line_active_isSignalledOnceUntilUnmasked() throws Exception {
        set(ASSIGN, INTX, 0, 1, counters[0]);

        port().assertLevel();
        assertThat(taken(0)).isEqualTo(1);
        set(0x11, INTX, 0, 1);
        assertThat(taken(0)).as("still active when unmasked").isEqualTo(1);
        port().deassert();
        set(0x11, INTX, 0, 1);
        assertThat(taken(0)).as("inactive when unmasked").isZero();
        port().assertLevel();
        assertThat(taken(0)).as("active again").isEqualTo(1);
        port().deassert();
        port().assertLevel();
        assertThat(taken(0)).as("masks itself").isZero();
    }

    @Test
    void line_activeBeforeItsCounterComes_isSignalledWithIt() throws Exception {
        port().assertLevel();
        set(ASSIGN, INTX, 0, 1, counters[0]);

        assertThat(taken(0)).isEqualTo(1);
    }

    @Test
    void line_masked_isHeldBack() throws Exception {
        set(ASSIGN, INTX, 0, 1, counters[0]);
        set(0x09, INTX, 0, 1);
        port().assertLevel();
        assertThat(taken(0)).isZero();

        set(0x11, INTX, 0, 1);

        assertThat(taken(0)).isEqualTo(1);
    }

    @Test
    void line_unmaskedByCounter_isSignalledAgain() throws Exception {
        int before = ServedGpu.openDescriptors();
        set(ASSIGN, INTX, 0, 1, counters[0]);
        assertThat(set(0x14, INTX, 0, 1, counters[1])).isZero();
        assertThat(set(0x0c, INTX, 0, 1, counters[2])).isZero();
        port().assertLevel();
        assertThat(taken(0)).isEqualTo(1);

        for (int i = 0; i < 100; i++) {
            EventFd.signal(counters[1]);
            ServedGpu.await("signalled again", () -> taken(0) == 1);
        }

        set(DISABLE, INTX, 0, 0);
        ServedGpu.await("all closed", () -> ServedGpu.openDescriptors() == before);
    }
}
