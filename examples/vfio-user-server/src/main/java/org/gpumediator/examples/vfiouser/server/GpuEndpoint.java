package org.gpumediator.examples.vfiouser.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.LinuxException;
import org.gpumediator.examples.common.linux.PollSet;
import org.gpumediator.examples.common.linux.UnixSocket;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One virtual GPU on one socket: one client after the other.
 *
 * <p>A client that comes while another is served waits a moment, because the first may just have
 * died or may be none; then it is told that the virtual GPU is busy. Who connects and says nothing
 * is let go.
 *
 * <p>Concurrency: who comes is decided on the poller's thread; a client is served on this
 * endpoint's own thread, from its first message to the last.
 */
public final class GpuEndpoint {

    private static final Logger log = LoggerFactory.getLogger(GpuEndpoint.class);

    /** How long a second client waits for the first to turn out dead. */
    private static final long GRACE_NANOS = 500_000_000;

    /**
     * For how many such times a second client waits while the first one's traces are removed, or
     * while it has not said who it is. A client waits 5 seconds for an answer.
     */
    private static final int MOST_GRACES = 8;

    /**
     * What a socket needs: itself, its client, one that waits, those being turned away, and the
     * descriptors of two messages.
     */
    static final int DESCRIPTORS = 3 + BusyAnswer.MOST + 2 * Wire.MAX_DESCRIPTORS;

    /** How long a client may take to begin its first message; less than a second one waits. */
    static final long FIRST_MESSAGE_NANOS = 3_000_000_000L;

    private static final long PAUSE_NANOS = 10_000_000;
    private static final int STOP = -1;
    private static final int NOBODY = -1;

    private final VirtualGpu vgpu;
    private final ClientPort port;
    private final Path path;
    private final ServerSettings settings;
    private final EventPoller poller;
    private final SharedBudget.Share descriptors;
    private final RegionTable regions;
    private final LentMemory lent = new LentMemory();
    private final SessionCounters counters = new SessionCounters();
    private final BlockingQueue<Integer> accepted = new LinkedBlockingQueue<>();
    private final Thread thread;

    // Used on the poller's thread only.
    private boolean busy;
    private int waiting = NOBODY;
    private int graces;
    private long turns;
    private final BusyAnswer busyAnswer;
    private EventPoller.@Nullable Watch listening;

    private final Object lock = new Object();

    /** The socket of the client being served. Guarded by {@link #lock}. */
    private int current = NOBODY;

    /** Whether the client being served has said who it is, and has not gone. */
    private volatile boolean known;

    private volatile boolean closing;

    GpuEndpoint(
            VirtualGpu vgpu,
            ClientPort port,
            Path path,
            ServerSettings settings,
            EventPoller poller,
            ThreadFactory threads,
            SharedBudget.Share descriptors) {
        this.descriptors = descriptors;
        this.vgpu = vgpu;
        this.port = port;
        this.path = path;
        this.settings = settings;
        this.poller = poller;
        busyAnswer = new BusyAnswer(poller);
        regions = new RegionTable(vgpu, settings.observed(vgpu.name()));
        port.interrupts().bind(vgpu.interrupts());
        thread = threads.newThread(this::serveAll);
        thread.setName("vfio-" + vgpu.name());
        thread.start();
    }

    VirtualGpu vgpu() {
        return vgpu;
    }

    ClientPort port() {
        return port;
    }

    RegionTable regions() {
        return regions;
    }

    LentMemory lent() {
        return lent;
    }

    SessionCounters counters() {
        return counters;
    }

    EventPoller poller() {
        return poller;
    }

    Runnable activity() {
        return settings.activity();
    }

    boolean offersWriteMultiple() {
        return settings.writeMultiple();
    }

    boolean timed() {
        return settings.timed();
    }

    /** The client being served has said who it is. */
    void clientKnown() {
        known = true;
    }

    /** Returns the path of its socket. */
    public Path path() {
        return path;
    }

    /** Returns what its clients have sent, by name. */
    public SortedMap<String, Long> statistics() {
        return counters.byName(regions);
    }

    /** Begins to listen; clients can connect when the method returns. */
    void listen(UnixSocket.Access access) throws IOException {
        int socket = UnixSocket.listen(path, access);
        listening = poller.watch(socket, self -> accept(self, socket));
    }

    // ---- on the poller's thread

    private void accept(EventPoller.Watch self, int listeningSocket) {
        int client;
        try {
            client = UnixSocket.accept(listeningSocket);
        } catch (LinuxException failed) {
            if (failed.errno() != Errno.EAGAIN) {
                log.warn("{}: no client accepted: {}", vgpu.name(), failed.getMessage());
                self.rest(PAUSE_NANOS);
            }
            return;
        }
        arrived(client);
    }

    /** Takes a connected client; it is served, waits, or is turned away. */
    void arrived(int client) {
        if (closing) {
            Descriptors.close(client);
        } else if (!busy) {
            busy = true;
            accepted.add(client);
        } else if (waiting == NOBODY) {
            letWait(client);
        } else if (PollSet.hasLostItsPeer(waiting)) {
            Descriptors.close(waiting);
            letWait(client);
        } else {
            busyAnswer.give(client);
        }
    }

    private void letWait(int client) {
        waiting = client;
        graces = 0;
        long turn = ++turns;
        poller.executeAfter(GRACE_NANOS, () -> graceOver(turn));
    }

    private void graceOver(long turn) {
        if (waiting == NOBODY || turns != turn) {
            return;
        }
        if (!known && ++graces < MOST_GRACES) {
            poller.executeAfter(GRACE_NANOS, () -> graceOver(turn));
        } else {
            int client = waiting;
            waiting = NOBODY;
            busyAnswer.give(client);
        }
    }

    private void freed() {
        busy = false;
        if (waiting != NOBODY) {
            int next = waiting;
            waiting = NOBODY;
            arrived(next);
        }
    }

    // ---- on the endpoint's own thread

    private void serveAll() {
        try {
            for (int client = accepted.take(); client != STOP; client = accepted.take()) {
                serve(client);
                poller.execute(this::freed);
            }
        } catch (InterruptedException stopped) {
            log.debug("{}: interrupted", vgpu.name());
        }
    }

    /** Returns whether nobody has memory of ours; if it must be replaced still, clears it after. */
    private boolean ownsItsMemory() {
        if (!lent.isLent()) {
            return true;
        }
        if (!lent.takeBack()) {
            return false;
        }
        try {
            vgpu.reset(ResetKind.LOST_CLIENT);
            return true;
        } catch (IllegalStateException closedMeanwhile) {
            return false;
        }
    }

    private void serve(int client) {
        boolean possible = ownsItsMemory();
        synchronized (lock) {
            if (closing || !possible) {
                Descriptors.close(client);
                return;
            }
            current = client;
        }
        counters.clients++;
        log.info("{}: client connected", vgpu.name());
        String why = "client could not be served";
        try (Session session = new Session(this, client)) {
            why = session.serve();
            known = false;
            synchronized (lock) {
                current = NOBODY;
            }
        } catch (RuntimeException | Error thrown) {
            log.error("{}: session failed", vgpu.name(), thrown);
        } finally {
            known = false;
            synchronized (lock) {
                current = NOBODY;
            }
        }
        log.info("{}: {}", vgpu.name(), why);
        settings.activity().run();
    }

    /** Lets the client go if it has taken away memory that it had handed over. */
    void dropIfCut() {
        if (port.memory().looksCut()) {
            hangUp();
        }
    }

    /** Returns whether a client is being served that has said who it is. */
    public boolean hasClient() {
        return known;
    }

    private void hangUp() {
        synchronized (lock) {
            if (current != NOBODY) {
                UnixSocket.shutdown(current);
            }
        }
    }

    // ---- ending

    /** Stops listening and lets the client go. Does not wait. Idempotent. */
    void end() {
        closing = true;
        poller.execute(
                () -> {
                    if (listening != null) {
                        listening.end();
                    }
                    if (waiting != NOBODY) {
                        Descriptors.close(waiting);
                        waiting = NOBODY;
                    }
                });
        try {
            if (listening != null) {
                Files.deleteIfExists(path);
            }
        } catch (IOException stays) {
            log.warn("{}: {} not removed: {}", vgpu.name(), path, stays.getMessage());
        }
        accepted.add(STOP);
        hangUp();
    }

    /** Stops listening, lets the client go and waits until it is cleared away. */
    void close() {
        end();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        descriptors.give(DESCRIPTORS);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
