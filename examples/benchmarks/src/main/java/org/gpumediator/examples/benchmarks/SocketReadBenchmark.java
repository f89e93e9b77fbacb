package org.gpumediator.examples.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.MessageSocket;
import org.gpumediator.examples.common.linux.UnixSocket;
import org.gpumediator.examples.vfiouser.protocol.Capabilities;
import org.gpumediator.examples.vfiouser.protocol.Header;
import org.gpumediator.examples.vfiouser.protocol.RegionAccess;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.gpumediator.examples.vfiouser.server.ClientPort;
import org.gpumediator.examples.vfiouser.server.ServerSettings;
import org.gpumediator.examples.vfiouser.server.SocketServer;
import org.gpumediator.testkit.haswell.FakeHaswell;

/**
 * What a register read over the vfio-user socket costs beside an echo server on the same kind of
 * socket, with the same client and the same message lengths.
 *
 * <p>Not a JMH benchmark, because two threads must share one processor: across two, the wake-ups
 * hide everything else. Run it as {@code taskset -c 0 java --enable-native-access=ALL-UNNAMED -cp
 * benchmarks.jar org.gpumediator.examples.benchmarks.SocketReadBenchmark}.
 *
 * <p>The servers take turns; the figures are medians over rounds, the ratios medians of the ratios
 * of each round.
 */
public final class SocketReadBenchmark {

    private static final int ROUNDS = Integer.getInteger("rounds", 9);
    private static final long ROUND_NANOS = Long.getLong("millis", 1000) * 1_000_000;
    private static final int WARM_UP_ROUNDS = 3;
    private static final int BATCH = 256;

    private static final int REQUEST = Header.LENGTH + RegionAccess.LENGTH;
    private static final int REPLY = REQUEST + 4;

    /** Ring tail of the render engine: a register that is answered from the shadow. */
    private static final long REGISTER = 0x2030;

    private SocketReadBenchmark() {}

    /** Sends one request after the other. */
    private static final class Client implements AutoCloseable {

        private final int descriptor;
        private final MessageSocket socket;
        private final Header header = new Header();
        private final RegionAccess access = new RegionAccess();

        Client(Path path) throws IOException {
            descriptor = UnixSocket.connect(path);
            socket = new MessageSocket(descriptor, 4096, 4096);
            header.wrap(socket.output(), 0);
            access.wrap(socket.output(), Header.LENGTH);
            ask();
        }

        private void ask() {
            header.putCommand(1, Wire.REGION_READ, RegionAccess.LENGTH);
            access.put(REGISTER, 0, 4);
        }

        void negotiate() {
            access.put(0, 0, 0); // the version is 0.0
            header.putCommand(1, Wire.VERSION, Capabilities.LEAST);
            trip(header.size(), Header.LENGTH);
            ask();
        }

        private void trip(int request, int leastReply) {
            if (socket.send(request) != 0 || socket.receive(0, 4096) < leastReply) {
                throw new IllegalStateException("no answer");
            }
        }

        /** Returns nanoseconds for one trip. */
        double round(long nanos) {
            long began = System.nanoTime();
            long trips = 0;
            long elapsed;
            do {
                for (int i = 0; i < BATCH; i++) {
                    trip(REQUEST, REPLY);
                }
                trips += BATCH;
                elapsed = System.nanoTime() - began;
            } while (elapsed < nanos);
            return (double) elapsed / trips;
        }

        @Override
        public void close() {
            socket.close();
            Descriptors.close(descriptor);
        }
    }

    /** Answers each request with a reply of the right length, as plainly as Java can. */
    private static void echo(Path path) throws IOException {
        try (ServerSocketChannel listening =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                                .bind(UnixDomainSocketAddress.of(path));
                SocketChannel client = listening.accept()) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
            while (client.read(buffer.clear()) > 0) {
                buffer.position(0).limit(REPLY);
                while (buffer.hasRemaining()) {
                    if (client.write(buffer) < 0) {
                        return;
                    }
                }
            }
        }
    }

    /** As {@link #echo}, with the system calls that a server needs that takes descriptors. */
    private static void echoWithDescriptors(int connection) {
        try (MessageSocket socket = new MessageSocket(connection, 4096, 4096)) {
            boolean answered = true;
            while (answered && socket.receive(0, 4096) > 0) {
                answered = socket.send(REPLY) == 0;
            }
        } finally {
            Descriptors.close(connection);
        }
    }

    /** Prints the table. */
    public static void main(String... arguments) throws Exception {
        Path folder = Files.createTempDirectory("socket-read");
        Path echoPath = folder.resolve("echo");
        Path plainPath = folder.resolve("plain");
        Path gpuPath = folder.resolve("gpu");
        Thread echo =
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () -> {
                                    try {
                                        echo(echoPath);
                                    } catch (IOException gone) {
                                        throw new IllegalStateException(gone);
                                    }
                                });
        int plainListening = UnixSocket.listen(plainPath);
        ClientPort port = new ClientPort();
        try (Mediator mediator = Mediator.builder(FakeHaswell.create()).build();
                SocketServer server = new SocketServer(ServerSettings.DEFAULT)) {
            VirtualGpu vgpu =
                    mediator.create(
                            VgpuRequest.ofQuotas(
                                    "bench", Map.of("aperture", 64L << 20, "hidden", 384L << 20)),
                            port.vmmPort());
            server.serve(vgpu, port, gpuPath);
            while (!Files.exists(echoPath)) {
                Thread.onSpinWait();
            }
            try (Client toEcho = new Client(echoPath);
                    Client toPlain = new Client(plainPath);
                    Client toGpu = new Client(gpuPath)) {
                int accepted = UnixSocket.accept(plainListening);
                Thread.ofPlatform().daemon().start(() -> echoWithDescriptors(accepted));
                toGpu.negotiate();
                measure(toEcho, toPlain, toGpu, serverThread());
            }
        }
        echo.join();
        Descriptors.close(plainListening);
        for (Path path : new Path[] {echoPath, plainPath, folder}) {
            Files.delete(path);
        }
    }

    private static long serverThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("vfio-bench"))
                .mapToLong(Thread::threadId)
                .findFirst()
                .orElseThrow();
    }

    private static void measure(Client toEcho, Client toPlain, Client toGpu, long serverThread) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] echo = new double[ROUNDS];
        double[] plain = new double[ROUNDS];
        double[] gpu = new double[ROUNDS];
        double allocated = 0;
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            int at = Math.max(round, 0);
            echo[at] = toEcho.round(ROUND_NANOS);
            plain[at] = toPlain.round(ROUND_NANOS);
            long before = threads.getThreadAllocatedBytes(serverThread);
            gpu[at] = toGpu.round(ROUND_NANOS);
            allocated =
                    (threads.getThreadAllocatedBytes(serverThread) - before)
                            * gpu[at]
                            / ROUND_NANOS;
        }
        System.out.printf("%-42s %10s %12s%n", "server", "ns/trip", "trips/s");
        line("echo: read, write (SocketChannel)", echo);
        line("echo: recvmsg with control, send", plain);
        line("vfio-user register read", gpu);
        System.out.printf(
                "ratio to echo %.3f, to echo with descriptors %.3f, %.2f B/op in the server%n",
                ratio(echo, gpu), ratio(plain, gpu), allocated);
    }

    private static void line(String name, double[] nanos) {
        System.out.printf("%-42s %10.0f %12.0f%n", name, median(nanos), 1e9 / median(nanos));
    }

    private static double ratio(double[] floor, double[] measured) {
        double[] ratios = new double[floor.length];
        for (int i = 0; i < floor.length; i++) {
            ratios[i] = floor[i] / measured[i];
        }
        return median(ratios);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
