package org.gpumediator.testkit;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.gpumediator.rules.ArchitectureRules;
import org.junit.jupiter.api.Test;

/** What the kit may know of the world: no backend, so that its fakes are a second reading. */
final class TestkitArchitectureTest {

    private static final JavaClasses KIT =
            ArchitectureRules.productionClasses("org.gpumediator.testkit");

    @Test
    void kit_dependsOnApiCoreAndJUnitOnly() {
        ArchitectureRules.dependOnlyOn(
                        "org.gpumediator.testkit..",
                        "org.gpumediator.api..",
                        "org.gpumediator.core..",
                        "org.junit.jupiter.api..",
                        "java..",
                        "com.sun.management..",
                        "org.jspecify..")
                .check(KIT);
    }

    @Test
    void packages_formNoCircle() {
        ArchitectureRules.noCircleBetweenPackages().check(KIT);
    }
}
