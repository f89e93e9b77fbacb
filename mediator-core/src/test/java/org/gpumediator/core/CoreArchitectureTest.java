package org.gpumediator.core;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the vendor-neutral half may know of the world. */
final class CoreArchitectureTest {

    private static final ImportOption NO_TESTS =
            location -> !location.contains("/test/") && !location.contains("/test-classes/");

    private static final JavaClasses CORE =
            new ClassFileImporter()
                    .withImportOption(NO_TESTS)
                    .importPackages("org.gpumediator.core");

    @Test
    void core_dependsOnTheApiGuavaAndLoggingOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                "org.gpumediator.api..",
                                "org.gpumediator.core..",
                                "java..",
                                "jdk.jfr..",
                                "org.jspecify..",
                                "org.slf4j..",
                                "com.google.common..",
                                "com.google.errorprone.annotations.."))
                .check(CORE);
    }

    @Test
    void core_namesNoVendor() {
        classes()
                .should(
                        new ForbiddenWords(
                                "intel", "haswell", "gen7", "gen75", "i915", "gvt", "xengt",
                                "nvidia", "ada", "gsp", "gfid", "amd", "xe"))
                .check(CORE);
    }

    @Test
    void core_namesNoTransport() {
        classes()
                .should(new ForbiddenWords("vfio", "socket", "kvm", "qemu", "ioctl", "eventfd"))
                .check(CORE);
    }

    @Test
    void policies_areUsableWithoutADevice() {
        classes()
                .that()
                .resideInAPackage("org.gpumediator.core.policy..")
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                "org.gpumediator.api.partition..",
                                "org.gpumediator.core.policy..",
                                "java..",
                                "com.google.common..",
                                "org.jspecify.."))
                .check(CORE);
    }

    @Test
    void scheduling_isUsableWithoutADevice() {
        classes()
                .that()
                .resideInAPackage("org.gpumediator.core.schedule..")
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                "org.gpumediator.api.schedule..",
                                "org.gpumediator.core.schedule..",
                                "java..",
                                "org.jspecify.."))
                .check(CORE);
    }

    @Test
    void flightRecorder_isKnownToOneClassOnly() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.FlightRecorder(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.jfr..")
                .check(CORE);
    }

    @Test
    void core_startsNoThreadReadsNoClockAndNeverSleeps() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(MediatorRunner.class.getName())
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
                .check(CORE);
    }
}
