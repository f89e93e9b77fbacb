package org.gpumediator.examples.vfiouser.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.examples.vfiouser.linux.LinuxException;

/**
 * Serves virtual GPUs over vfio-user, each on a socket of its own. Safe for use by multiple
 * threads.
 *
 * <p>Runs one thread that waits for clients, and one for each virtual GPU.
 */
public final class SocketServer implements AutoCloseable {

    private final ServerSettings settings;
    private final ThreadFactory threads;
    private final EventPoller poller;
    private final List<GpuEndpoint> endpoints = new CopyOnWriteArrayList<>();

    /**
     * Creates a server without virtual GPUs.
     *
     * @throws LinuxException if the process has no descriptor left
     */
    public SocketServer(ServerSettings settings) throws LinuxException {
        this.settings = settings;
        threads = task -> Thread.ofPlatform().daemon().unstarted(task);
        poller =
                new EventPoller(
                        task -> Thread.ofPlatform().daemon().name("vfio-poll").unstarted(task));
    }

    /**
     * Begins to serve a virtual GPU. Clients can connect when the method returns.
     *
     * @param vgpu the virtual GPU; stays the caller's, is closed after this server
     * @param port the port it was made with
     * @param path where its socket is to be; at most 107 bytes
     * @throws IOException if the socket cannot be made
     */
    public GpuEndpoint serve(VirtualGpu vgpu, ClientPort port, Path path) throws IOException {
        GpuEndpoint endpoint = new GpuEndpoint(vgpu, port, path, settings, poller, threads);
        endpoints.add(endpoint);
        endpoint.listen();
        return endpoint;
    }

    /**
     * Serves one client that is already connected, on a virtual GPU that nobody can connect to
     * otherwise.
     *
     * @param connection the socket; becomes the server's
     */
    public GpuEndpoint serveConnected(VirtualGpu vgpu, ClientPort port, int connection) {
        GpuEndpoint endpoint = new GpuEndpoint(vgpu, port, Path.of(""), settings, poller, threads);
        endpoints.add(endpoint);
        poller.execute(() -> endpoint.arrived(connection));
        return endpoint;
    }

    /**
     * Lets those clients go that have taken away memory they had handed over. To be called when an
     * access to guest memory has failed with {@link InternalError}.
     */
    public void dropClientsWithoutMemory() {
        endpoints.forEach(GpuEndpoint::dropIfCut);
    }

    /** Ends the service of one virtual GPU, and waits until its client is cleared away. */
    public void stop(GpuEndpoint endpoint) {
        endpoints.remove(endpoint);
        endpoint.close();
    }

    /** Removes the sockets, lets the clients go, and waits until they are cleared away. */
    @Override
    public void close() {
        endpoints.forEach(GpuEndpoint::end);
        endpoints.forEach(GpuEndpoint::close);
        endpoints.clear();
        poller.close();
    }
}
