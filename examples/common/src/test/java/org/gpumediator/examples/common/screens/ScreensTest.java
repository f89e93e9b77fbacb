package org.gpumediator.examples.common.screens;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.gpumediator.api.vmm.Displays;
import org.gpumediator.api.vmm.Picture;
import org.gpumediator.core.display.Edid;
import org.gpumediator.core.display.VideoMode;
import org.gpumediator.examples.common.screens.Screens.Screen;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What guests show, in files and on a page; and monitors that come and go by command. */
final class ScreensTest {

    private static final int RED = 0xff_20_10;
    private static final int BLUE = 0x10_20_ff;

    @TempDir private Path folder;

    private final LitGuests guests = new LitGuests();
    private final Screens screens = new Screens(guests.mediator);

    @AfterEach
    void close() {
        guests.close();
    }

    private static BufferedImage decoded(byte[] png) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    private static void assertAll(BufferedImage image, int colour) {
        assertThat(image.getWidth()).isEqualTo(640);
        assertThat(image.getHeight()).isEqualTo(480);
        for (int y = 0; y < 480; y += 7) {
            for (int x = 0; x < 640; x += 9) {
                assertThat(image.getRGB(x, y)).isEqualTo(0xff00_0000 | colour);
            }
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    // ---- files

    @Test
    void screenshots_areOneFileForEachLitScreen_andNothingElse() throws Exception {
        guests.lit("vm1", RED);
        guests.lit("../up", BLUE);
        guests.guest("dark", ":640x480");
        ScreenshotFolder shots = new ScreenshotFolder(screens, folder);
        assertThat(shots.take()).isEqualTo(2);
        assertThat(files()).containsExactly(".._up-hdmi-b.png", "vm1-hdmi-b.png");
        assertAll(decoded(Files.readAllBytes(folder.resolve("vm1-hdmi-b.png"))), RED);
        assertAll(decoded(Files.readAllBytes(folder.resolve(".._up-hdmi-b.png"))), BLUE);
        assertThat(shots.take()).as("over the old ones").isEqualTo(2);
        assertThat(files()).hasSize(2);
    }

    @Test
    void screen_ofAVirtualGpuThatHasGone_isNone() {
        guests.lit("vm1", RED);
        Screen screen = screens.all().getFirst();
        assertThat(screens.png(screen)).isPresent();
        guests.mediator.virtualGpu("vm1").orElseThrow().close();
        assertThat(screens.png(screen)).isEmpty();
        assertThat(screens.all()).isEmpty();
    }

    // ---- the page

    /** Sends one request as it is; returns head and body. */
    private static byte[] exchange(int port, String head) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("localhost", port));
            String request = head + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().readAllBytes();
        }
    }

    private static String get(int port, String path) throws IOException {
        return text(exchange(port, "GET " + path + " HTTP/1.1\r\nHost: localhost:" + port));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] body(byte[] response) {
        int at = text(response).indexOf("\r\n\r\n") + 4;
        return Arrays.copyOfRange(response, at, response.length);
    }

    @Test
    void page_namesEveryGuest_andShowsItsPicture() throws Exception {
        guests.lit("vm1", RED);
        guests.guest("a\"<b>", ":640x480");
        try (ScreenPage page = new ScreenPage(guests.mediator, screens, 0)) {
            assertThat(get(page.port(), "/"))
                    .startsWith("HTTP/1.1 200")
                    .contains("text/html")
                    .contains("/screens.json");
            String json = get(page.port(), "/screens.json");
            assertThat(json)
                    .contains(
                            "{\"name\": \"vm1\", \"share\": 0.000, \"screens\": [{\"port\":"
                                    + " \"hdmi-b\", \"width\": 640, \"height\": 480,"
                                    + " \"milliHertz\": ")
                    .contains("{\"name\": \"a\\\"<b>\", \"share\": 0.000, \"screens\": []}");
            byte[] png =
                    exchange(
                            page.port(),
                            "GET /screen.png?vgpu=vm1&port=hdmi-b&at=1 HTTP/1.1\r\nHost:"
                                    + " 127.0.0.1");
            assertThat(text(png)).startsWith("HTTP/1.1 200").contains("image/png");
            assertAll(decoded(body(png)), RED);
        }
    }

    @Test
    void share_ofAGuestThatWorksAllTheTime_isAboutOne() throws Exception {
        var guest = guests.lit("vm1", RED);
        try (ScreenPage page = new ScreenPage(guests.mediator, screens, 0)) {
            guest.hang(HaswellEngine.BCS);
            for (int i = 0; i < 21_000; i++) {
                guests.step();
            }
            assertThat(get(page.port(), "/screens.json"))
                    .containsPattern("\"vm1\", \"share\": (0\\.9\\d\\d|1\\.000)");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/screen.png",
                "/screen.png?vgpu=vm1",
                "/screen.png?vgpu=vm1&port=dp-b",
                "/screen.png?vgpu=vm2&port=hdmi-b",
                "/screen.png?=&vgpu&port=hdmi-b",
                "/screens.html",
            })
    void whatIsNotThere_isNotFound(String path) throws Exception {
        guests.lit("vm1", RED);
        try (ScreenPage page = new ScreenPage(guests.mediator, screens, 0)) {
            assertThat(get(page.port(), path)).startsWith("HTTP/1.1 404");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, Host: evil.example, 403",
        "GET, Host: localhost.evil.example:80, 403",
        "GET, Host: 10.0.0.1, 403",
        "GET, Host: LOCALHOST, 200",
        "GET, Host: [::1]:8080, 200",
        "POST, Host: localhost, 405",
        "DELETE, Host: localhost, 405",
    })
    void page_answersOnlyThoseWhoNameThisHost_andOnlyReaders(
            String method, String host, String status) throws Exception {
        try (ScreenPage page = new ScreenPage(guests.mediator, screens, 0)) {
            assertThat(text(exchange(page.port(), method + " / HTTP/1.1\r\n" + host)))
                    .startsWith("HTTP/1.1 " + status);
        }
    }

    // ---- commands

    private List<String> answers(String... lines) throws IOException {
        StringWriter out = new StringWriter();
        new Commands(guests.mediator, new ScreenshotFolder(screens, folder), new PrintWriter(out))
                .run(new BufferedReader(new StringReader(String.join("\n", lines))));
        return out.toString().lines().toList();
    }

    @Test
    void plugAndUnplug_changeWhatTheGuestFinds() throws Exception {
        var guest = guests.guest("vm1", "");
        Displays displays =
                guests.mediator
                        .virtualGpu("vm1")
                        .orElseThrow()
                        .ability(Displays.class)
                        .orElseThrow();
        long heard = guest.displays().hotplugs();
        assertThat(answers("plug vm1 hdmi-b 800x600", ""))
                .containsExactly("OK plug vm1 hdmi-b 800x600");
        guest.step();
        assertThat(guest.displays().hotplugs()).isEqualTo(heard + 1);
        assertThat(displays.edid("hdmi-b")).hasSize(128);
        assertThat(answers("  unplug  vm1 hdmi-b")).containsExactly("OK unplug  vm1 hdmi-b");
        assertThat(displays.edid("hdmi-b")).isEmpty();

        Path file = folder.resolve("edid");
        byte[] edid =
                Edid.builder(Displays.Connector.HDMI)
                        .mode(VideoMode.parse("1280x1024@75"))
                        .serial(77)
                        .build();
        Files.write(file, edid);
        assertThat(answers("plug vm1 hdmi-b edid=" + file)).first().asString().startsWith("OK");
        assertThat(displays.edid("hdmi-b")).isEqualTo(edid);
    }

    @Test
    void front_bringsAGuestToTheMonitorAtTheGpu_andTheHostBack() throws Exception {
        guests.lit("vm1", RED);
        Picture monitor = new Picture();
        assertThat(answers("front vm1")).containsExactly("OK front vm1");
        for (int i = 0; i < 700; i++) { // two frames
            guests.step();
        }
        assertThat(guests.gpu.drawMonitor(0, monitor)).isTrue();
        assertThat(monitor.pixels()[640 * 479]).isEqualTo(0xff00_0000 | RED);
        assertThat(answers("front")).containsExactly("OK front");
        for (int i = 0; i < 700; i++) {
            guests.step();
        }
        assertThat(guests.gpu.drawMonitor(0, monitor)).isTrue();
        assertThat(monitor.pixels()[640 * 479]).isEqualTo(0xff00_0000);
    }

    @Test
    void screenshot_saysHowMany() throws Exception {
        guests.lit("vm1", RED);
        assertThat(answers("screenshot")).containsExactly("OK screenshot 1");
        assertThat(files()).containsExactly("vm1-hdmi-b.png");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dance",
                "plug",
                "plug vm1",
                "plug vm1 hdmi-b",
                "plug vm1 hdmi-b 800x600 now",
                "plug vm2 hdmi-b 800x600",
                "plug vm1 dp-b 800x600",
                "plug vm1 hdmi-b 8x6",
                "plug vm1 hdmi-b edid=/does/not/exist",
                "unplug vm1",
                "unplug vm1 dp-b",
                "front vm2",
                "front vm1 vm1",
                "screenshot vm1",
            })
    void whatCannotBeDone_isRefusedInOneLine_andTheNextIsDone(String line) throws Exception {
        guests.guest("vm1", "");
        assertThat(answers(line, "unplug vm1 hdmi-b"))
                .satisfiesExactly(
                        refused -> assertThat(refused).startsWith("REFUSED " + line + ": "),
                        done -> assertThat(done).startsWith("OK "));
    }
}
