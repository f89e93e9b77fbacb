package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A virtual GPU served on a socket in a folder of its own, for one test. */
final class ServedGpu implements AutoCloseable {

    private static final long WAIT_NANOS = 10_000_000_000L;

    final Path folder;
    final Path path;
    final SocketServer server;
    final ClientPort port = new ClientPort();
    final ScratchGpu gpu;
    final GpuEndpoint endpoint;

    ServedGpu() throws Exception {
        this(ServerSettings.DEFAULT);
    }

    ServedGpu(ServerSettings settings) throws Exception {
        folder = Files.createTempDirectory("vfio-user");
        path = folder.resolve("gpu.sock");
        server = new SocketServer(settings);
        gpu = new ScratchGpu("vm1", port.vmmPort());
        endpoint = server.serve(gpu, port, path);
    }

    WireClient connect() throws Exception {
        return WireClient.connect(path);
    }

    WireClient connectAndNegotiate() throws Exception {
        WireClient client = connect();
        assertThat(client.negotiate().error()).isZero();
        return client;
    }

    /** Waits for something that another thread is about to do. */
    static void await(String what, BooleanSupplier condition) {
        long giveUpAt = System.nanoTime() + WAIT_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(giveUpAt);
            LockSupport.parkNanos(100_000);
        }
    }

    /** Returns how many sockets, counters and shared memories this process has open. */
    static int openDescriptors() {
        String[] names = Path.of("/proc/self/fd").toFile().list();
        int open = 0;
        for (String name : names == null ? new String[0] : names) {
            try {
                String target = Files.readSymbolicLink(Path.of("/proc/self/fd", name)).toString();
                if (target.startsWith("socket:")
                        || target.startsWith("anon_inode:")
                        || target.startsWith("/memfd:")) {
                    open++;
                }
            } catch (IOException closedMeanwhile) {
                continue;
            }
        }
        return open;
    }

    @Override
    public void close() throws Exception {
        server.close();
        gpu.close();
        assertThat(path).doesNotExist();
        Files.delete(folder);
    }
}
