package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gpumediator.examples.vfiouser.server.WireClient.dmaMap;
import static org.gpumediator.examples.vfiouser.server.WireClient.irqs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.EventFd;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients of one server share what the process may have; one that takes all leaves enough. */
class ProcessLimitsTest {

    private static final int PAGE = 4096;
    private static final int MAPPINGS = 90;

    /** Two sockets, and 30 descriptors for what clients bring. */
    private static final int DESCRIPTORS = 4 * GpuEndpoint.DESCRIPTORS + 30;

    private Path folder;
    private SocketServer server;
    private final ScratchGpu[] gpus = new ScratchGpu[2];
    private final WireClient[] clients = new WireClient[2];

    private ScratchGpu serve(String name) throws IOException {
        ClientPort port = new ClientPort();
        ScratchGpu gpu = new ScratchGpu(name, port.vmmPort());
        try {
            server.serve(gpu, port, folder.resolve(name));
            return gpu;
        } catch (IOException refused) {
            gpu.close();
            throw refused;
        }
    }

    @BeforeEach
    void serve() throws Exception {
        folder = Files.createTempDirectory("vfio-user");
        server = new SocketServer(ServerSettings.DEFAULT, new ProcessLimits(MAPPINGS, DESCRIPTORS));
        for (int i = 0; i < 2; i++) {
            gpus[i] = serve("vm" + i);
            clients[i] = WireClient.connect(folder.resolve("vm" + i));
            clients[i].negotiate();
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = 0; i < 2; i++) {
            clients[i].close();
        }
        server.close();
        for (ScratchGpu gpu : gpus) {
            gpu.close();
        }
        Files.delete(folder);
    }

    private static int mapAll(WireClient client, TestFile file) throws Exception {
        int mapped = 0;
        int error = 0;
        while (error == 0) {
            long address = 2L * PAGE * mapped;
            error = client.errorOf(Wire.DMA_MAP, dmaMap(3, 0, address, PAGE), file.descriptor());
            mapped += error == 0 ? 1 : 0;
        }
        assertThat(error).isEqualTo(Errno.ENOSPC);
        return mapped;
    }

    @Test
    void client_mappingAllItCan_leavesMappingsToTheOther() throws Exception {
        try (TestFile file = new TestFile(PAGE)) {
            assertThat(mapAll(clients[0], file)).isEqualTo(MAPPINGS / 2);
            assertThat(mapAll(clients[1], file)).isGreaterThanOrEqualTo(MAPPINGS / 4);
            assertThat(clients[0].errorOf(Wire.DMA_MAP, dmaMap(3, 0, 1L << 40, PAGE)))
                    .as("without a descriptor nothing is mapped")
                    .isZero();
        }
    }

    @Test
    void client_gone_givesItsMappingsBack() throws Exception {
        try (TestFile file = new TestFile(PAGE)) {
            for (int i = 0; i < 3; i++) {
                assertThat(mapAll(clients[0], file)).isEqualTo(MAPPINGS / 2);
                clients[0].close();
                int gone = i + 1;
                ServedGpu.await("cleared away", () -> gpus[0].resets().size() == gone);
                clients[0] = WireClient.connect(folder.resolve("vm0"));
                clients[0].negotiate();
            }
        }
    }

    @Test
    void client_handingOverCounters_leavesDescriptorsToTheOther() throws Exception {
        int counter = EventFd.create();
        try {
            int refused = 0;
            for (int vector = 0; vector < ScratchGpu.MSIX_VECTORS; vector++) {
                for (int client = 0; client < 2; client++) {
                    refused +=
                            clients[client].errorOf(
                                                    Wire.DEVICE_SET_IRQS,
                                                    irqs(0x24, Wire.IRQ_MSI_X, vector, 1),
                                                    counter)
                                            == 0
                                    ? 0
                                    : 1;
                }
            }
            assertThat(refused).isZero();
        } finally {
            Descriptors.close(counter);
        }
    }

    @Test
    void socket_forWhichTheProcessHasNoDescriptors_isRefusedWithNumbers() throws Exception {
        ScratchGpu third = null;
        try {
            third = serve("vm2");
            assertThatThrownBy(() -> serve("vm3"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("vm3: " + GpuEndpoint.DESCRIPTORS + " needed")
                    .hasMessageContaining("RLIMIT_NOFILE");
        } finally {
            server.close();
            if (third != null) {
                third.close();
            }
        }
    }
}
