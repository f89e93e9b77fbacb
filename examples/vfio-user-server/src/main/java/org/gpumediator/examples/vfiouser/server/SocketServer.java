package org.gpumediator.examples.vfiouser.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.examples.common.linux.LinuxException;
import org.gpumediator.examples.common.linux.UnixSocket;

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
    private final SharedBudget mappings;
    private final SharedBudget descriptors;
    private final List<GpuEndpoint> endpoints = new CopyOnWriteArrayList<>();
    private final Map<GpuEndpoint, List<SharedBudget.Share>> shares = new ConcurrentHashMap<>();

    /**
     * Creates a server without virtual GPUs.
     *
     * @throws IOException if the process has no descriptor left, or the host does not tell limits
     */
    public SocketServer(ServerSettings settings) throws IOException {
        this(settings, ProcessLimits.ofThisProcess());
    }

    /**
     * Creates a server without virtual GPUs.
     *
     * @param limits what all its clients may have together
     * @throws LinuxException if the process has no descriptor left
     */
    public SocketServer(ServerSettings settings, ProcessLimits limits) throws LinuxException {
        this.settings = settings;
        mappings = limits.budgetOfMappings();
        descriptors = limits.budgetOfDescriptors();
        threads = task -> Thread.ofPlatform().daemon().unstarted(task);
        poller =
                new EventPoller(
                        task -> Thread.ofPlatform().daemon().name("vfio-poll").unstarted(task));
    }

    /** As {@link #serve(VirtualGpu, ClientPort, Path, UnixSocket.Access)}, for the owner alone. */
    public GpuEndpoint serve(VirtualGpu vgpu, ClientPort port, Path path) throws IOException {
        return serve(vgpu, port, path, UnixSocket.Access.OWNER);
    }

    /**
     * Begins to serve a virtual GPU. Clients can connect when the method returns.
     *
     * @param vgpu the virtual GPU; stays the caller's, is closed after this server
     * @param port the port it was made with
     * @param path where its socket is to be; at most 107 bytes
     * @param access who may connect
     * @throws IOException if the socket cannot be made
     */
    public GpuEndpoint serve(VirtualGpu vgpu, ClientPort port, Path path, UnixSocket.Access access)
            throws IOException {
        GpuEndpoint endpoint = endpoint(vgpu, port, path);
        try {
            endpoint.listen(access);
            return endpoint;
        } catch (IOException refused) {
            stop(endpoint);
            throw refused;
        }
    }

    /**
     * Serves one client that is already connected, on a virtual GPU that nobody can connect to
     * otherwise.
     *
     * @param connection the socket; becomes the server's
     * @throws IOException if the process has no descriptors left for it
     */
    public GpuEndpoint serveConnected(VirtualGpu vgpu, ClientPort port, int connection)
            throws IOException {
        GpuEndpoint endpoint = endpoint(vgpu, port, Path.of(""));
        poller.execute(() -> endpoint.arrived(connection));
        return endpoint;
    }

    private GpuEndpoint endpoint(VirtualGpu vgpu, ClientPort port, Path path) throws IOException {
        SharedBudget.Share held = descriptors.share();
        if (!held.take(GpuEndpoint.DESCRIPTORS)) {
            held.close();
            throw new IOException(
                    vgpu.name() + ": " + GpuEndpoint.DESCRIPTORS + " needed of " + held.refusal());
        }
        SharedBudget.Share mapped = mappings.share();
        port.limitTo(mapped, held);
        GpuEndpoint endpoint = new GpuEndpoint(vgpu, port, path, settings, poller, threads, held);
        shares.put(endpoint, List.of(held, mapped));
        endpoints.add(endpoint);
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
        if (endpoints.remove(endpoint)) {
            endpoint.close();
            Objects.requireNonNull(shares.remove(endpoint)).forEach(SharedBudget.Share::close);
        }
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
