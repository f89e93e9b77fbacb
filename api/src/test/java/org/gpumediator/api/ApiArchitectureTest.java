package org.gpumediator.api;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import org.junit.jupiter.api.Test;

/** What the api may know of the world: nothing but the JDK, and no vendor and no transport. */
final class ApiArchitectureTest {

    private static final ImportOption NO_TESTS =
            location -> !location.contains("/test/") && !location.contains("/test-classes/");

    private static final JavaClasses API =
            new ClassFileImporter()
                    .withImportOption(NO_TESTS)
                    .importPackages("org.gpumediator.api");

    @Test
    void api_dependsOnTheJdkAndNullnessAnnotationsOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage("org.gpumediator.api..", "java..", "org.jspecify.."))
                .check(API);
    }

    @Test
    void api_namesNoVendor() {
        classes()
                .should(
                        new ForbiddenWords(
                                "intel", "haswell", "gen7", "gen75", "i915", "gvt", "xengt",
                                "nvidia", "ada", "gsp", "gfid", "amd", "xe"))
                .check(API);
    }

    @Test
    void api_namesNoTransport() {
        classes()
                .should(new ForbiddenWords("vfio", "socket", "kvm", "qemu", "ioctl", "eventfd"))
                .check(API);
    }

    @Test
    void forbiddenWord_insideOfANameInCamelCase_isFound() {
        assertThatThrownBy(() -> classes().should(new ForbiddenWords("trap")).check(API))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the name TrapHandler says Trap")
                .hasMessageNotContaining("the name bar says");
    }

    @Test
    void partitioning_isUsableWithoutAnythingElse() {
        classes()
                .that()
                .resideInAPackage("org.gpumediator.api.partition..")
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                "org.gpumediator.api.partition..", "java..", "org.jspecify.."))
                .check(API);
    }

    @Test
    void scheduling_isUsableWithoutAnythingElse() {
        classes()
                .that()
                .resideInAPackage("org.gpumediator.api.schedule..")
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                "org.gpumediator.api.schedule..", "java..", "org.jspecify.."))
                .check(API);
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
}
