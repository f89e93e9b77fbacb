package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gpumediator.examples.vfiouser.server.WireClient.dmaMap;
import static org.gpumediator.examples.vfiouser.server.WireClient.irqs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.ResetKind;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.EventFd;
import org.gpumediator.examples.common.linux.UnixSocket;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.junit.jupiter.api.Test;

/** Clients that come, go, come too early, or are several. */
class ClientLifeTest {

    private static final int PAGE = 4096;

    @Test
    void client_gone_leavesNothingBehind() throws Exception {
        try (ServedGpu served = new ServedGpu();
                TestFile file = new TestFile(4L * PAGE)) {
            int counter = EventFd.create();
            int before = ServedGpu.openDescriptors();
            for (int i = 1; i <= 10; i++) {
                try (WireClient client = served.connectAndNegotiate()) {
                    client.call(Wire.DMA_MAP, dmaMap(3, 0, 0, 4 * PAGE), file.descriptor());
                    client.call(Wire.DEVICE_SET_IRQS, irqs(0x24, 2, 0, 1), counter);
                    client.call(Wire.DEVICE_SET_IRQS, irqs(0x24, 0, 0, 1), counter);
                    client.call(Wire.DEVICE_SET_IRQS, irqs(0x14, 0, 0, 1), counter);
                }
                int clients = i;
                ServedGpu.await(
                        "cleared away",
                        () ->
                                served.gpu.resets().size() == clients
                                        && ServedGpu.openDescriptors() == before);
                assertThat(served.gpu.resets().getLast()).isEqualTo(ResetKind.LOST_CLIENT);
                assertThat(served.port.memory().regionCount()).isZero();
                assertThat(served.port.interrupts().armed(Wire.IRQ_MSI_X, 0)).isFalse();
            }
            Descriptors.close(counter);
        }
    }

    @Test
    void client_leavingWithRepliesUnread_isForgotten() throws Exception {
        try (ServedGpu served = new ServedGpu()) {
            WireClient client = served.connectAndNegotiate();
            for (int i = 0; i < 50; i++) {
                client.send(Wire.REGION_READ, WireClient.access(0, 2, 1024));
            }
            client.close();
            try (WireClient next = served.connectAndNegotiate()) {
                assertThat(next.read32(Wire.REGION_CONFIG, 0)).isEqualTo(0x5678_1234);
            }
        }
    }

    @Test
    void secondClient_whileOneIsServed_isToldThatItIsBusy() throws Exception {
        try (ServedGpu served = new ServedGpu();
                WireClient first = served.connectAndNegotiate()) {
            int before = ServedGpu.openDescriptors();
            for (int i = 0; i < 3; i++) {
                try (WireClient second = served.connect()) {
                    assertThat(second.negotiate().error()).isEqualTo(Errno.EBUSY);
                    second.awaitEnd();
                }
            }
            assertThat(first.read32(Wire.REGION_CONFIG, 0)).isEqualTo(0x5678_1234);
            ServedGpu.await("closed", () -> ServedGpu.openDescriptors() == before);
        }
    }

    @Test
    void secondClient_whoseForerunnerDies_isServed() throws Exception {
        try (ServedGpu served = new ServedGpu()) {
            for (int i = 0; i < 20; i++) {
                WireClient first = served.connectAndNegotiate();
                try (WireClient second = served.connect()) {
                    int id = second.send(Wire.VERSION, WireClient.bytes(0, WireClient.QEMU));
                    first.close();
                    WireClient.Message reply = second.receive();
                    assertThat(reply.id()).isEqualTo(id);
                    assertThat(reply.error()).isZero();
                }
            }
        }
    }

    @Test
    void thirdClient_whoseForerunnersDie_isServed() throws Exception {
        try (ServedGpu served = new ServedGpu()) {
            for (int i = 0; i < 20; i++) {
                WireClient first = served.connectAndNegotiate();
                WireClient second = served.connect();
                second.sendRaw(new byte[] {1, 2, 3});
                second.close(); // it waits still, as far as the server knows
                try (WireClient third = served.connect()) {
                    int id = third.send(Wire.VERSION, WireClient.bytes(0, WireClient.QEMU));
                    first.close();
                    WireClient.Message reply = third.receive();
                    assertThat(reply.id()).isEqualTo(id);
                    assertThat(reply.error()).isZero();
                }
            }
        }
    }

    @Test
    void client_takingItsMemoryAway_isDroppedWhenItIsMissed() throws Exception {
        try (ServedGpu served = new ServedGpu();
                TestFile.Shrinking file = new TestFile.Shrinking(4L * PAGE);
                WireClient client = served.connectAndNegotiate()) {
            client.call(Wire.DMA_MAP, dmaMap(3, 0, 0, 4 * PAGE), file.descriptor());
            served.server.dropClientsWithoutMemory();
            assertThat(client.read32(Wire.REGION_CONFIG, 0)).isEqualTo(0x5678_1234);
            file.shrinkTo(PAGE);

            served.server.dropClientsWithoutMemory();

            client.awaitEnd();
            ServedGpu.await(
                    "reset", () -> served.gpu.resets().equals(List.of(ResetKind.LOST_CLIENT)));
        }
    }

    @Test
    void severalGpus_inOneServer_doNotMeet() throws Exception {
        Path folder = Files.createTempDirectory("vfio-user");
        List<ScratchGpu> gpus = new ArrayList<>();
        try (SocketServer server = new SocketServer(ServerSettings.DEFAULT)) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                ClientPort port = new ClientPort();
                ScratchGpu gpu = new ScratchGpu("vm" + i, port.vmmPort());
                gpus.add(gpu);
                server.serve(gpu, port, folder.resolve("vm" + i));
                WireClient client = WireClient.connect(folder.resolve("vm" + i));
                client.negotiate();
                client.write(0, 0, WireClient.bytes(i));
                clients.add(client);
            }
            clients.get(2).close();
            for (int i = 0; i < 5; i++) {
                if (i != 2) {
                    assertThat(clients.get(i).read32(0, 0)).isEqualTo(i);
                    assertThat(gpus.get(i).resets()).isEmpty();
                    clients.get(i).close();
                }
            }
        }
        gpus.forEach(ScratchGpu::close);
        Files.delete(folder);
    }

    @Test
    void socket_isForItsOwnerOnly() throws Exception {
        try (ServedGpu served = new ServedGpu()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(served.path)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void socket_leftByADeadServer_isReplaced() throws Exception {
        Path folder = Files.createTempDirectory("vfio-user");
        Path path = folder.resolve("gpu.sock");
        Descriptors.close(UnixSocket.listen(path));
        assertThat(path).exists();

        int again = UnixSocket.listen(path);

        Descriptors.close(UnixSocket.connect(path));
        assertThatThrownBy(() -> UnixSocket.listen(path))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("EADDRINUSE")
                .hasMessageContaining(path.toString());
        Descriptors.close(again);
        Files.delete(path);
        Files.delete(folder);
    }

    @Test
    void socket_inPlaceOfAFile_isNotMade() throws Exception {
        Path file = Files.createTempFile("vfio-user", ".txt");

        assertThatThrownBy(() -> UnixSocket.listen(file)).hasMessageContaining("EADDRINUSE");
        assertThat(file).exists();
        Files.delete(file);
        assertThatThrownBy(() -> UnixSocket.listen(Path.of("/tmp/" + "x".repeat(120))))
                .hasMessageContaining("107");
    }

    @Test
    void warmUp_leavesNothingBehind() throws Exception {
        WarmUp.run();
        int before = ServedGpu.openDescriptors();

        WarmUp.run();

        assertThat(ServedGpu.openDescriptors()).isEqualTo(before);
    }
}
