package org.gpumediator.examples.common.screens;

import static org.gpumediator.examples.common.JsonText.quoted;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.examples.common.screens.Screens.Screen;

/**
 * A page for a browser on this host: what all guests show, side by side, each with its share of the
 * engines. It can be looked at only: there is nothing to change.
 *
 * <p>Threats: it listens on the loopback address alone, and answers only requests that name it, so
 * that a page from elsewhere that a browser here has open cannot read screens by giving this
 * address another name. Every user of the host can look.
 */
public final class ScreenPage implements AutoCloseable {

    private static final int THREADS = 2;
    private static final int MAX_QUERY = 2000;
    private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Mediator mediator;
    private final Screens screens;
    private final EngineShares shares;
    private final HttpServer server;
    private final ExecutorService threads;
    private final byte[] page;

    /**
     * Begins to answer.
     *
     * @param port to listen at; 0 for any that is free
     * @throws IOException if the port cannot be had
     */
    public ScreenPage(Mediator mediator, Screens screens, int port) throws IOException {
        this.mediator = mediator;
        this.screens = screens;
        shares = new EngineShares(mediator);
        try (InputStream text = ScreenPage.class.getResourceAsStream("screens.html")) {
            if (text == null) {
                throw new IOException("screens.html is missing");
            }
            page = text.readAllBytes();
        }
        server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        threads =
                Executors.newFixedThreadPool(
                        THREADS, Thread.ofPlatform().daemon().name("screens-", 0).factory());
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Returns the port it listens at. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!namesUs(exchange)) {
                send(exchange, 403, "text/plain", new byte[0]);
            } else if (!exchange.getRequestMethod().equals("GET")) {
                send(exchange, 405, "text/plain", new byte[0]);
            } else {
                switch (exchange.getRequestURI().getPath()) {
                    case "/" -> send(exchange, 200, "text/html; charset=utf-8", page);
                    case "/screens.json" ->
                            send(
                                    exchange,
                                    200,
                                    "application/json",
                                    json().getBytes(StandardCharsets.UTF_8));
                    case "/screen.png" -> sendPicture(exchange);
                    case null, default -> send(exchange, 404, "text/plain", new byte[0]);
                }
            }
        }
    }

    private static boolean namesUs(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        return host != null
                && OWN_NAMES.contains(host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT));
    }

    private void sendPicture(HttpExchange exchange) throws IOException {
        Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
        Optional<byte[]> png =
                mediator.virtualGpu(query.getOrDefault("vgpu", "")).stream()
                        .flatMap(vgpu -> screens.of(vgpu).stream())
                        .filter(screen -> screen.port().equals(query.get("port")))
                        .findFirst()
                        .flatMap(screens::png);
        if (png.isPresent()) {
            send(exchange, 200, "image/png", png.get());
        } else {
            send(exchange, 404, "text/plain", new byte[0]);
        }
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> values = new HashMap<>();
        if (raw != null && raw.length() <= MAX_QUERY) {
            for (String pair : raw.split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    values.put(
                            pair.substring(0, equals),
                            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
                }
            }
        }
        return values;
    }

    private String json() {
        Map<String, Double> share = shares.now();
        List<String> vgpus = new ArrayList<>();
        for (VirtualGpu vgpu : mediator.virtualGpus()) {
            List<String> lit = screens.of(vgpu).stream().map(ScreenPage::json).toList();
            vgpus.add(
                    "{\"name\": "
                            + quoted(vgpu.name())
                            + ", \"share\": "
                            + String.format(
                                    Locale.ROOT, "%.3f", share.getOrDefault(vgpu.name(), 0.0))
                            + ", \"screens\": ["
                            + String.join(", ", lit)
                            + "]}");
        }
        return "[" + String.join(",\n", vgpus) + "]\n";
    }

    private static String json(Screen screen) {
        return "{\"port\": "
                + quoted(screen.port())
                + ", \"width\": "
                + screen.width()
                + ", \"height\": "
                + screen.height()
                + ", \"milliHertz\": "
                + screen.refreshMilliHertz()
                + "}";
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body)
            throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    /** Stops answering. Does not wait for a browser. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
