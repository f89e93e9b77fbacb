package org.gpumediator.api;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.gpumediator.rules.ArchitectureRules;
import org.junit.jupiter.api.Test;

/** What the api may know of the world: nothing but the JDK, and no vendor and no transport. */
final class ApiArchitectureTest {

    private static final JavaClasses API =
            ArchitectureRules.productionClasses("org.gpumediator.api");

    @Test
    void api_dependsOnTheJdkAndNullnessAnnotationsOnly() {
        ArchitectureRules.dependOnlyOn("org.gpumediator.api..", "java..", "org.jspecify..")
                .check(API);
    }

    @Test
    void packages_formNoCircle() {
        ArchitectureRules.noCircleBetweenPackages().check(API);
    }

    @Test
    void valuesAndExceptions_knowNoneOfTheDoors() throws IOException {
        Path values = Path.of("src/main/java/org/gpumediator/api");
        List<String> upwards;
        try (Stream<Path> files = Files.list(values)) {
            upwards =
                    files.filter(file -> file.toString().endsWith(".java"))
                            .flatMap(ApiArchitectureTest::lines)
                            .filter(line -> line.startsWith("import org.gpumediator."))
                            .toList();
        }

        assertThat(upwards).isEmpty();
        classes()
                .that()
                .resideInAPackage("org.gpumediator.api")
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage("org.gpumediator.api", "java..", "org.jspecify.."))
                .check(API);
    }

    @Test
    void api_namesNoVendor() {
        ArchitectureRules.nameNoVendor().check(API);
    }

    @Test
    void api_namesNoTransport() {
        ArchitectureRules.nameNoTransport().check(API);
    }

    @Test
    void partitioning_isUsableWithoutAnythingElse() {
        isUsableAlone("org.gpumediator.api.partition..");
    }

    @Test
    void scheduling_isUsableWithoutAnythingElse() {
        isUsableAlone("org.gpumediator.api.schedule..");
    }

    @Test
    void api_hasNoLoggingNoThreadsNoNativeAccess() {
        noClasses()
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(
                                "java.util.logging..", "java.util.concurrent..", "java.net.."))
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(
                        Thread.class,
                        ThreadLocal.class,
                        System.Logger.class,
                        Linker.class,
                        SymbolLookup.class)
                .check(API);
    }

    private static void isUsableAlone(String packages) {
        classes()
                .that()
                .resideInAPackage(packages)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(packages, "java..", "org.jspecify.."))
                .check(API);
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }
}
