package org.gpumediator.intel.gen7;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What this backend may know of the world: no other backend, no example, no transport. */
final class Gen7ArchitectureTest {

    private static final ImportOption NO_TESTS =
            location -> !location.contains("/test/") && !location.contains("/test-classes/");

    private static final JavaClasses BACKEND =
            new ClassFileImporter()
                    .withImportOption(NO_TESTS)
                    .importPackages("org.gpumediator.intel.gen7");

    @Test
    void backend_dependsOnApiAndCoreOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                "org.gpumediator.intel.gen7..",
                                "org.gpumediator.api..",
                                "org.gpumediator.core..",
                                "java..",
                                "org.jspecify..",
                                "org.slf4j..",
                                "com.google.common..",
                                "com.google.errorprone.annotations.."))
                .check(BACKEND);
    }

    @Test
    void backend_knowsNoTransport() {
        classes()
                .should(new ForbiddenWords("vfio", "socket", "kvm", "qemu", "ioctl", "eventfd"))
                .check(BACKEND);
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.net..", "java.nio.channels.."))
                .check(BACKEND);
    }

    @Test
    void backend_startsNoThreadReadsNoClockAndNeverSleeps() {
        noClasses()
                .should()
                .callMethod(Thread.class, "start")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class)
                .check(BACKEND);
    }
}
