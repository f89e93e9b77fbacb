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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links of the repository's documents lead to files that are there. */
final class DocumentsTest {

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)");

    static Stream<Path> documents() throws IOException {
        List<Path> found = new ArrayList<>();
        for (String name : List.of("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")) {
            found.add(ROOT.resolve(name));
        }
        try (Stream<Path> below = Files.walk(ROOT.resolve("docs"))) {
            below.filter(file -> file.toString().endsWith(".md")).sorted().forEach(found::add);
        }
        return found.stream();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void link_leadsToAFile(Path document) throws IOException {
        Matcher links = LINK.matcher(Files.readString(document));
        List<String> dead = new ArrayList<>();
        while (links.find()) {
            if (!Files.exists(document.resolveSibling(links.group(1)))) {
                dead.add(links.group(1));
            }
        }

        assertThat(dead).isEmpty();
    }
}
