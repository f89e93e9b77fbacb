package org.gpumediator.examples.guides;

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

/** Every piece of Java in the guides is one that compiles and runs. */
class GuidesTest {

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Pattern NAMED = Pattern.compile("<!-- snippet: (\\S+)#(\\S+) -->");

    static Stream<Path> guides() throws IOException {
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return docs.filter(file -> file.toString().endsWith(".md")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("guides")
    void snippet_ofAGuide_isTheOneThatCompiles(Path guide) throws IOException {
        List<String> lines = Files.readAllLines(guide);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).equals("```java")) {
                Matcher name = NAMED.matcher(i == 0 ? "" : lines.get(i - 1));
                assertThat(name.matches()).as("%s:%d names its source", guide, i + 1).isTrue();
                List<String> shown = lines.subList(i + 1, lines.size());
                assertThat(shown.subList(0, shown.indexOf("```")))
                        .as("%s:%d", guide, i + 1)
                        .isEqualTo(source(name.group(1), name.group(2)));
            }
        }
    }

    private static List<String> source(String file, String name) throws IOException {
        List<String> found = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(ROOT.resolve(file))) {
            if (line.strip().equals("// end " + name)) {
                break;
            }
            if (inside) {
                found.add(line);
            }
            inside |= line.strip().equals("// begin " + name);
        }
        assertThat(found).as("snippet %s of %s", name, file).isNotEmpty();
        while (found.getLast().isEmpty()) {
            found.removeLast();
        }
        return String.join("\n", found).stripIndent().lines().toList();
    }

    @Test
    void guides_haveSnippets() throws IOException {
        assertThat(guides().map(Path::getFileName).map(Path::toString))
                .contains("embedding.md", "testing.md", "policies.md", "backends.md", "qemu.md");
    }
}
