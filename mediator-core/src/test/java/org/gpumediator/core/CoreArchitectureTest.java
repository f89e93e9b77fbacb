package org.gpumediator.core;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.gpumediator.rules.ArchitectureRules;
import org.junit.jupiter.api.Test;

/** What the vendor-neutral half may know of the world. */
final class CoreArchitectureTest {

    private static final JavaClasses CORE =
            ArchitectureRules.productionClasses("org.gpumediator.core");

    @Test
    void core_dependsOnTheApiGuavaAndLoggingOnly() {
        ArchitectureRules.dependOnlyOn(
                        "org.gpumediator.api..",
                        "org.gpumediator.core..",
                        "java..",
                        "jdk.jfr..",
                        "org.jspecify..",
                        "org.slf4j..",
                        "com.google.common..",
                        "com.google.errorprone.annotations..")
                .check(CORE);
    }

    @Test
    void packages_formNoCircle() {
        ArchitectureRules.noCircleBetweenPackages().check(CORE);
    }

    @Test
    void core_namesNoVendor() {
        ArchitectureRules.nameNoVendor().check(CORE);
    }

    @Test
    void core_namesNoTransport() {
        ArchitectureRules.nameNoTransport().check(CORE);
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
                                "org.slf4j..",
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
        ArchitectureRules.startNoThreadReadNoClockAndNeverSleep(MediatorRunner.class).check(CORE);
    }
}
