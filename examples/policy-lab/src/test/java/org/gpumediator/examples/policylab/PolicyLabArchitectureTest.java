package org.gpumediator.examples.policylab;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.gpumediator.rules.ArchitectureRules;
import org.junit.jupiter.api.Test;

/** How the packages of the lab lean on each other. */
final class PolicyLabArchitectureTest {

    private static final String LAB = "org.gpumediator.examples.policylab";

    private static final JavaClasses CLASSES = ArchitectureRules.productionClasses(LAB);

    @Test
    void packages_formNoCircle() {
        ArchitectureRules.noCircleBetweenPackages().check(CLASSES);
    }

    @Test
    void partsOfTheLab_doNotKnowEachOther() {
        String[] parts = {
            LAB + ".paper..", LAB + ".fleet..", LAB + ".scheduling..", LAB + ".dra.."
        };
        for (String part : parts) {
            for (String other : parts) {
                if (!part.equals(other)) {
                    noClasses()
                            .that()
                            .resideInAPackage(part)
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(other)
                            .allowEmptyShould(true)
                            .check(CLASSES);
                }
            }
        }
    }

    @Test
    void nothingNeedsADevice() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.gpumediator.api.hardware..",
                        "org.gpumediator.testkit..",
                        "org.gpumediator.nvidia.vf.core..",
                        "org.gpumediator.nvidia.vf.hardware..")
                .check(CLASSES);
    }
}
