package org.gpumediator.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is released is described, in the bill of versions, and says how stable it is. */
final class ReleaseTest {

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final List<String> MODULES =
            List.of("api", "mediator-core", "intel-gen7-backend", "nvidia-vf-backend", "testkit");
    private static final Pattern EXPORTED = Pattern.compile("exports ([\\w.]+);");
    private static final Pattern STABILITY =
            Pattern.compile("\\* <p>Stability: (stable|evolving)\\.\n \\*\n \\* @since [\\d.]+\n");

    private static String pom(String module) throws IOException {
        return Files.readString(ROOT.resolve(module).resolve("pom.xml"));
    }

    private static String first(String tag, String text) {
        Matcher matcher = Pattern.compile("<" + tag + ">([^<]+)</" + tag + ">").matcher(text);
        assertThat(matcher.find()).as(tag).isTrue();
        return matcher.group(1);
    }

    private static String ownId(String pom) {
        return first("artifactId", pom.replaceFirst("(?s)<parent>.*</parent>", ""));
    }

    @Test
    void bom_namesEveryReleasedModule_andNoOther() throws IOException {
        List<String> released = new ArrayList<>();
        for (String module : MODULES) {
            released.add(ownId(pom(module)));
        }
        List<String> named = new ArrayList<>();
        String bom = pom("api/bom");
        Matcher dependency =
                Pattern.compile("<dependency>.*<artifactId>(.*)</artifactId>").matcher(bom);
        while (dependency.find()) {
            named.add(dependency.group(1));
        }

        assertThat(named).isEqualTo(released);
        assertThat(named).allMatch(id -> id.startsWith("gpu-mediator-"));
        assertThat(first("version", bom)).isEqualTo(first("version", pom(".")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".",
                "api/bom",
                "api",
                "mediator-core",
                "intel-gen7-backend",
                "nvidia-vf-backend",
                "testkit"
            })
    void pom_ofWhatIsReleased_describesItself(String module) throws IOException {
        String pom = pom(module);
        assertThat(first("name", pom)).isNotBlank();
        assertThat(first("description", pom)).isNotBlank();
        if (!pom.contains("<parent>")) {
            assertThat(pom)
                    .contains("<url>", "<license>", "<developer>", "<scm", "<connection>")
                    .contains("<project.build.outputTimestamp>");
        }
    }

    @Test
    void everyPom_namesModulesByTheirPublicIds() throws IOException {
        List<String> folders = new ArrayList<>(MODULES);
        try (Stream<Path> below = Files.list(ROOT.resolve("examples"))) {
            below.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .forEach(folder -> folders.add("examples/" + folder.getFileName()));
        }
        for (String folder : folders) {
            for (String module : MODULES) {
                assertThat(pom(folder)).doesNotContain("<artifactId>" + module + "</artifactId>");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/testing.md"})
    void document_thatShowsTheBom_namesThisVersion(String document) throws IOException {
        assertThat(Files.readString(ROOT.resolve(document)))
                .contains(
                        "<artifactId>gpu-mediator-bom</artifactId><version>"
                                + first("version", pom("."))
                                + "</version>");
    }

    static Stream<Path> exportedPackages() throws IOException {
        List<Path> found = new ArrayList<>();
        for (String module : MODULES) {
            Path sources = ROOT.resolve(module).resolve("src/main/java");
            Matcher exported =
                    EXPORTED.matcher(Files.readString(sources.resolve("module-info.java")));
            while (exported.find()) {
                found.add(sources.resolve(exported.group(1).replace('.', '/')));
            }
        }
        return found.stream();
    }

    @ParameterizedTest
    @MethodSource("exportedPackages")
    void exportedPackage_saysSinceWhenAndHowStable(Path folder) throws IOException {
        assertThat(Files.readString(folder.resolve("package-info.java")))
                .containsPattern(STABILITY);
    }
}
