package org.gpumediator.examples.vfiouser;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.desired.DesiredState;
import org.gpumediator.core.desired.DesiredVgpu;
import org.gpumediator.core.desired.Reconciliation;
import org.gpumediator.examples.common.FakeGpu;
import org.gpumediator.examples.common.GpuLoop;
import org.gpumediator.examples.common.Policies;
import org.gpumediator.examples.common.StatisticsReport;
import org.gpumediator.examples.common.UsageException;
import org.gpumediator.examples.common.linux.UnixSocket;
import org.gpumediator.examples.vfiouser.server.ClientPort;
import org.gpumediator.examples.vfiouser.server.GpuEndpoint;
import org.gpumediator.examples.vfiouser.server.ServerSettings;
import org.gpumediator.examples.vfiouser.server.SocketServer;
import org.gpumediator.examples.vfiouser.server.WarmUp;
import org.jspecify.annotations.Nullable;

/** Everything that runs: the GPU's loop, the virtual GPUs, their sockets. */
final class Service implements AutoCloseable {

    /**
     * What an operator may wish.
     *
     * @param timed whether accesses are measured
     * @param writeMultiple whether clients may send several writes in one message
     * @param trace where accesses are recorded; {@code null} for nowhere
     */
    record Settings(boolean timed, boolean writeMultiple, @Nullable Path trace) {}

    /** What a desired state can set beside attributes of the GPU. */
    private static final String SCHEDULER = "scheduler";

    /** A virtual GPU that has been made, to be served. */
    private record Made(VirtualGpu vgpu, ClientPort port, Path socket, UnixSocket.Access access) {}

    private final FakeGpu fake;
    private final Mediator mediator;
    private final Settings settings;
    private final GpuLoop loop;
    private final List<Made> made = new ArrayList<>();
    private final Map<String, GpuEndpoint> endpoints = new LinkedHashMap<>();
    private final List<AccessRecorder> recorders = new ArrayList<>();
    private @Nullable SocketServer server;
    private @Nullable PrintWriter out;
    private Set<String> unmanaged = Set.of();
    private String scheduled = "";
    private @Nullable Path attributes;
    private String report = "";
    private boolean closed;

    /** Starts the loop of a GPU. */
    Service(FakeGpu fake, Mediator mediator, Settings settings) {
        this.fake = fake;
        this.mediator = mediator;
        this.settings = settings;
        loop = new GpuLoop(fake, mediator);
        keepUnmanaged();
    }

    /** No desired state is about the virtual GPUs there are now. */
    private void keepUnmanaged() {
        unmanaged =
                mediator.virtualGpus().stream()
                        .map(VirtualGpu::name)
                        .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Makes virtual GPUs.
     *
     * @throws UsageException if one is not as this GPU has them, or does not fit
     */
    void create(List<VgpuOption> options) {
        for (VgpuOption option : options) {
            make(
                    "--vgpu " + option.request().name(),
                    option.socket(),
                    option.access(),
                    vmm -> mediator.create(option.request(), vmm));
        }
        keepUnmanaged();
    }

    /**
     * Gives the whole GPU to one guest.
     *
     * @throws UsageException if it is shared, or cannot be given away
     */
    void passThrough(PassThroughOption option) {
        make(
                PassThroughOption.OPTION + " " + option.name(),
                option.socket(),
                option.access(),
                vmm -> mediator.passThrough(option.name(), vmm));
        keepUnmanaged();
    }

    private void make(
            String what,
            Path socket,
            UnixSocket.Access access,
            Function<VmmPort, VirtualGpu> maker) {
        for (Made earlier : made) {
            if (earlier.socket().equals(socket)) {
                throw UsageException.badOption(what + ": socket=" + socket + " is given twice");
            }
        }
        ClientPort port = new ClientPort();
        try {
            made.add(new Made(maker.apply(port.vmmPort()), port, socket, access));
        } catch (InsufficientResourceException full) {
            throw new UsageException(UsageException.DOES_NOT_FIT, full.refusal().message());
        } catch (IllegalArgumentException unknown) {
            throw UsageException.badOption(what + ": " + unknown.getMessage());
        } catch (GpuMediationException refused) {
            throw new UsageException(
                    UsageException.HOST_REFUSES, String.valueOf(refused.getMessage()));
        }
    }

    /**
     * Brings the virtual GPUs to a desired state. Those of {@link #create} and the host's own are
     * not touched. What comes is served if others are, what goes loses its socket first.
     *
     * @throws IllegalArgumentException if it is not one of this GPU, or names no socket
     * @throws UsageException if it does not fit, or could not be fulfilled to the end; the message
     *     says what was done and what was not
     */
    synchronized void apply(DesiredState state) {
        if (closed) {
            return;
        }
        Map<Path, String> sockets = new LinkedHashMap<>();
        made.stream()
                .filter(each -> unmanaged.contains(each.vgpu().name()))
                .forEach(each -> sockets.put(each.socket(), each.vgpu().name()));
        for (DesiredVgpu wish : state.vgpus()) {
            String other = sockets.putIfAbsent(socket(wish), wish.name());
            if (other != null) {
                throw new IllegalArgumentException(
                        wish.name() + ": label.socket=" + socket(wish) + " is that of " + other);
            }
        }
        for (String name : state.settings().keySet()) {
            if (!name.equals(SCHEDULER) && !mediator.inventory().attributes().containsKey(name)) {
                throw new IllegalArgumentException(
                        "set "
                                + name
                                + "=: expected "
                                + SCHEDULER
                                + " or one of "
                                + new TreeSet<>(mediator.inventory().attributes().keySet()));
            }
        }
        try {
            String scheduler = state.settings().get(SCHEDULER);
            if (scheduler != null && !scheduler.equals(scheduled)) {
                Policies.schedule(mediator, scheduler);
                scheduled = scheduler;
            }
            Reconciliation.Outcome outcome =
                    new Reconciliation(mediator, fake.gpu().identity(), new Carrier(), unmanaged)
                            .apply(state);
            writeAttributes();
            if (!outcome.isComplete()) {
                throw new UsageException(UsageException.HOST_REFUSES, outcome.toString());
            }
        } catch (InsufficientResourceException full) {
            throw new UsageException(UsageException.DOES_NOT_FIT, full.refusal().message());
        }
    }

    private static Path socket(DesiredVgpu wish) {
        String path = wish.labels().get("socket");
        if (path == null) {
            throw new IllegalArgumentException(wish.name() + ": label.socket= is missing");
        }
        return Path.of(path);
    }

    private static UnixSocket.Access access(DesiredVgpu wish) {
        try {
            return UnixSocket.Access.parse(
                    wish.labels().getOrDefault("mode", ""),
                    wish.labels().getOrDefault("group", ""));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    wish.name() + ": label." + wrong.getMessage(), wrong);
        }
    }

    /** Gives the virtual GPUs of a desired state their sockets. */
    private final class Carrier implements Reconciliation.Carrier {

        private final Map<String, ClientPort> ports = new LinkedHashMap<>();

        @Override
        public VmmPort port(DesiredVgpu wish) {
            ClientPort port = new ClientPort();
            ports.put(wish.name(), port);
            return port.vmmPort();
        }

        @Override
        public void check(DesiredVgpu wish) {
            UnixSocket.Access ignored = access(wish);
            String why = UnixSocket.obstacle(socket(wish));
            boolean ours = made.stream().anyMatch(each -> each.socket().equals(socket(wish)));
            if (!why.isEmpty() && !ours) {
                throw new IllegalArgumentException(wish.name() + ": label.socket=" + why);
            }
        }

        @Override
        public String difference(DesiredVgpu wish, VirtualGpu vgpu) {
            for (Made each : made) {
                if (each.vgpu() == vgpu && !each.socket().equals(socket(wish))) {
                    return "socket " + each.socket() + ", wanted " + socket(wish);
                }
                if (each.vgpu() == vgpu && !each.access().equals(access(wish))) {
                    return "socket for " + each.access() + ", wanted for " + access(wish);
                }
            }
            return "";
        }

        @Override
        public boolean inUse(VirtualGpu vgpu) {
            GpuEndpoint endpoint = endpoints.get(vgpu.name());
            return endpoint != null && endpoint.hasClient();
        }

        @Override
        public void created(DesiredVgpu wish, VirtualGpu vgpu) {
            ClientPort port = ports.get(wish.name());
            if (port == null) {
                throw new IllegalStateException(wish.name() + ": has no port");
            }
            Made next = new Made(vgpu, port, socket(wish), access(wish));
            made.add(next);
            SocketServer running = server;
            if (running == null) {
                return;
            }
            try {
                serve(running, next);
            } catch (IOException refused) {
                made.remove(next);
                vgpu.close();
                throw new UsageException(
                        UsageException.HOST_REFUSES, String.valueOf(refused.getMessage()));
            }
        }

        @Override
        public void closing(VirtualGpu vgpu) {
            made.removeIf(each -> each.vgpu() == vgpu);
            GpuEndpoint endpoint = endpoints.remove(vgpu.name());
            SocketServer running = server;
            if (endpoint != null && running != null) {
                running.stop(endpoint);
                say("GONE " + vgpu.name() + " " + endpoint.path());
            }
        }
    }

    private void serve(SocketServer running, Made each) throws IOException {
        endpoints.put(
                each.vgpu().name(),
                running.serve(each.vgpu(), each.port(), each.socket(), each.access()));
        say("READY " + each.vgpu().name() + " " + each.socket());
    }

    private void say(String line) {
        PrintWriter to = out;
        if (to != null) {
            to.println(line);
            to.flush();
        }
    }

    /** Returns whether it is closed. */
    synchronized boolean isClosed() {
        return closed;
    }

    /** Writes the configuration spaces in the form that {@code lspci -F} reads. */
    void dumpConfig(Path file) {
        List<VirtualGpu> vgpus = made.stream().map(Made::vgpu).toList();
        try {
            Files.writeString(file, ConfigDump.of(fake.gpu(), vgpus));
        } catch (IOException refused) {
            throw new UsageException(
                    UsageException.HOST_REFUSES,
                    "--dump-config " + file + ": " + refused.getMessage());
        }
    }

    /**
     * Writes the GPU as a tree of small files, now and whenever a desired state was applied.
     *
     * @throws UsageException if the GPU has no such view, or a file cannot be written
     */
    synchronized void attributesTo(Path folder) {
        if (fake.attributeFiles(mediator).isEmpty()) {
            throw UsageException.badOption(
                    "--attributes " + folder + ": this GPU has no such view");
        }
        attributes = folder;
        writeAttributes();
    }

    private void writeAttributes() {
        Path folder = attributes;
        if (folder == null) {
            return;
        }
        try {
            for (Map.Entry<String, String> file : fake.attributeFiles(mediator).entrySet()) {
                Path path = folder.resolve(file.getKey());
                if (!Files.exists(path) || !Files.readString(path).equals(file.getValue())) {
                    Files.createDirectories(path.resolveSibling("."));
                    Files.writeString(path, file.getValue());
                }
            }
        } catch (IOException refused) {
            throw new UsageException(
                    UsageException.HOST_REFUSES,
                    "--attributes " + folder + ": " + refused.getMessage());
        }
    }

    /**
     * Serves what has been made; says so for each.
     *
     * @throws UsageException if a socket cannot be made
     */
    void serve(PrintWriter out) {
        try {
            fake.rehearse();
            WarmUp.run();
            ServerSettings how =
                    ServerSettings.DEFAULT.withObserver(this::observer).withActivity(() -> {});
            how = settings.timed ? how.withTiming() : how;
            how = settings.writeMultiple ? how.withWriteMultiple() : how;
            SocketServer started = new SocketServer(how);
            loop.onMemoryGone(started::dropClientsWithoutMemory);
            synchronized (this) {
                server = started;
                this.out = out;
                for (Made each : made) {
                    serve(started, each);
                }
            }
        } catch (IOException refused) {
            throw new UsageException(
                    UsageException.HOST_REFUSES, String.valueOf(refused.getMessage()));
        }
    }

    private UnaryOperator<TrapRegion> observer(String vgpu) {
        if (settings.trace == null) {
            return region -> region;
        }
        AccessRecorder recorder = AccessRecorder.open(settings.trace, vgpu, made.size() > 1);
        recorders.add(recorder);
        return recorder::observe;
    }

    /** Removes the sockets, closes the virtual GPUs and the GPU. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (server != null) {
            server.close();
        }
        loop.close();
        recorders.forEach(AccessRecorder::close);
        Map<String, SortedMap<String, Long>> sockets = new LinkedHashMap<>();
        endpoints.forEach((name, endpoint) -> sockets.put(name, endpoint.statistics()));
        report = StatisticsReport.of(mediator.statistics(), sockets, loop);
        mediator.close();
    }

    /** Returns every counter as it was at the end; empty before. */
    synchronized String report() {
        return report;
    }
}
