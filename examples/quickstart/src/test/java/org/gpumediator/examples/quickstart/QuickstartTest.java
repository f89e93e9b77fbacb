package org.gpumediator.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The whole demo, as {@code mvn -Pdemo package} runs it: what it says and the page it leaves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuickstartTest {

    private static final Pattern SVG = Pattern.compile("<svg .*?</svg>", Pattern.DOTALL);

    private String said = "";
    private String page = "";
    private int failures;

    @BeforeAll
    void run(@TempDir Path folder) throws IOException {
        Path target = folder.resolve("deep/report.html");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        failures = Quickstart.run(new PrintStream(out, true, StandardCharsets.UTF_8), target);
        said = out.toString(StandardCharsets.UTF_8);
        page = Files.readString(target);
    }

    @Test
    void demo_played_goesAsShown() {
        assertThat(failures).as(said).isZero();
        assertThat(said)
                .doesNotContain("FAILED")
                .contains("Act 1: one Haswell", "Act 2: one L40", "Act 3: two guests' screens");
    }

    @Test
    void secondAct_refusal_namesResourceAskedLeftAndWhoWouldHaveToGo() {
        assertThat(said)
                .contains(
                        "render: insufficient placement: requested 12, available 13, largest hole"
                                + " 11 (placed only at 0 12 24 36; would fit without kiosk)")
                .contains("FRAGMENTED; it names who would have to go: kiosk")
                .contains("on paper, without them, one L40-12Q fits: at 36");
    }

    @Test
    void secondAct_offer_hasTheNumbersOfTheTypeData() {
        assertThat(said.lines().map(line -> line.strip().replaceAll(" +", " ")))
                .contains(
                        "L40-8Q 876 7808 MiB 256 256 MiB 4 0 16 24 40",
                        "L40-48Q 880 47104 MiB 2048 256 MiB 1 0",
                        "L40-8Q 4 1 40",
                        "L40-12Q 4 0");
    }

    @Test
    void secondAct_hostileGuest_isCountedAloneByWhatItDid() {
        assertThat(said.lines().filter(line -> line.strip().startsWith("kiosk ")))
                .last()
                .asString()
                .contains("OUT_OF_PARTITION=2")
                .contains("REFUSED_ACCESS=2");
        assertThat(said.lines().filter(line -> line.strip().startsWith("design ")))
                .last()
                .asString()
                .endsWith("none");
    }

    @Test
    void page_opened_needsNothingElse() {
        assertThat(page)
                .doesNotContain("<script", "<link", "<img", "@import", "url(http", "src=")
                .startsWith("<!doctype html>")
                .endsWith("</html>\n");
        assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("://");
    }

    @Test
    void page_pictures_areTwoWellFormedMapsAndScreens() throws Exception {
        List<String> pictures = SVG.matcher(page).results().map(found -> found.group()).toList();
        assertThat(pictures).hasSize(4);
        assertThat(svg(pictures.getFirst()).getAttribute("aria-label")).isEqualTo("Partition map");
        Element board = svg(pictures.get(1));
        assertThat(board.getAttribute("aria-label")).isEqualTo("Placement map");
        // Seven owners, each in slots, framebuffer, heap and channels, and in a place of its size.
        assertThat(rectangles(board, "block c0")).isEqualTo(5 + 1);
        assertThat(rectangles(board, "open")).isEqualTo(3 + 3 + 3 + 1 + 1 + 1 + 1);
    }

    @Test
    void thirdAct_screens_areThePicturesOfBothGuestsAndOfTheMonitor() throws Exception {
        List<String> pictures = SVG.matcher(page).results().map(found -> found.group()).toList();
        NodeList guests = svg(pictures.get(2)).getElementsByTagName("image");
        assertThat(guests.getLength()).isEqualTo(2);
        BufferedImage desk = image((Element) guests.item(0));
        BufferedImage film = image((Element) guests.item(1));
        assertThat(desk.getWidth()).isEqualTo(800);
        assertThat(desk.getRGB(300, 100)).isEqualTo(0xff1c_8a86);
        assertThat(film.getWidth()).isEqualTo(640);
        assertThat(film.getRGB(639, 479)).isEqualTo(0xff18_1818);
        NodeList monitor = svg(pictures.get(3)).getElementsByTagName("image");
        BufferedImage shown = image((Element) monitor.item(0));
        for (int x = 0; x < 800; x += 7) {
            assertThat(shown.getRGB(x, x / 2)).isEqualTo(desk.getRGB(x, x / 2));
        }
        assertThat(said)
                .contains("film shows 640 x 480 at dp-c")
                .contains("which is desk's: black");
    }

    private static BufferedImage image(Element element) throws IOException {
        String text = element.getAttribute("href").replace("data:image/png;base64,", "");
        return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(text)));
    }

    private static Element svg(String text) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        return factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(text)))
                .getDocumentElement();
    }

    /** Counts rectangles of a class, that of the legend among them. */
    private static int rectangles(Element svg, String style) {
        NodeList all = svg.getElementsByTagName("rect");
        int count = 0;
        for (int i = 0; i < all.getLength(); i++) {
            count += ((Element) all.item(i)).getAttribute("class").equals(style) ? 1 : 0;
        }
        return count;
    }
}
