package org.gpumediator.examples.vfiouser;

import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.InsufficientResourceException;
import org.gpumediator.api.TrapRegion;
import org.gpumediator.api.VirtualGpu;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.core.Mediator;
import org.gpumediator.examples.vfiouser.server.ClientPort;
import org.gpumediator.examples.vfiouser.server.GpuEndpoint;
import org.gpumediator.examples.vfiouser.server.ServerSettings;
import org.gpumediator.examples.vfiouser.server.SocketServer;
import org.gpumediator.examples.vfiouser.server.WarmUp;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.UnaryOperator;

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

    /** A virtual GPU that has been made, to be served. */
    private record Made(VirtualGpu vgpu, ClientPort port, Path socket) {}

    private final FakeGpu fake;
    private final Mediator mediator;
    private final Settings settings;
    private final GpuLoop loop;
    private final List<Made> made = new ArrayList<>();
    private final Map<String, GpuEndpoint> endpoints = new LinkedHashMap<>();
    private final List<AccessRecorder> recorders = new ArrayList<>();
    private @Nullable SocketServer server;
    private String report = "";
    private boolean closed;

    /** Starts the loop of a GPU. */
    Service(FakeGpu fake, Mediator mediator, Settings settings) {
        this.fake = fake;
        this.mediator = mediator;
        this.settings = settings;
        loop = new GpuLoop(fake, mediator);
    }

    /**
     * Makes virtual GPUs.
     *
     * @throws UsageException if one is not as this GPU has them, or does not fit
     */
    void create(List<VgpuOption> options) {
        for (VgpuOption option : options) {
            for (Made earlier : made) {
                if (earlier.socket().equals(option.socket())) {
                    throw UsageException.badOption(
                            "--vgpu "
                                    + option.request().name()
                                    + ": socket="
                                    + option.socket()
                                    + " is given twice");
                }
            }
            ClientPort port = new ClientPort();
            try {
                VirtualGpu vgpu = mediator.create(option.request(), port.vmmPort());
                made.add(new Made(vgpu, port, option.socket()));
                if (!option.scheduling().equals(SchedulingParameters.DEFAULT)) {
                    Policies.scheduling(mediator, "--vgpu " + vgpu.name())
                            .parameters(vgpu.id(), option.scheduling());
                }
            } catch (InsufficientResourceException full) {
                throw new UsageException(UsageException.DOES_NOT_FIT, full.refusal().message());
            } catch (IllegalArgumentException unknown) {
                throw UsageException.badOption(
                        "--vgpu " + option.request().name() + ": " + unknown.getMessage());
            } catch (GpuMediationException refused) {
                throw new UsageException(
                        UsageException.HOST_REFUSES, String.valueOf(refused.getMessage()));
            }
        }
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
            synchronized (this) {
                server = started;
            }
            loop.onMemoryGone(started::dropClientsWithoutMemory);
            for (Made each : made) {
                endpoints.put(
                        each.vgpu().name(), started.serve(each.vgpu(), each.port(), each.socket()));
                out.println("READY " + each.vgpu().name() + " " + each.socket());
                out.flush();
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
