package org.gpumediator.examples.vfiouser;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.gpumediator.rules.ArchitectureRules;
import org.junit.jupiter.api.Test;

/** How the packages of the server lean on each other. */
final class ServerArchitectureTest {

    private static final String SERVER = "org.gpumediator.examples.vfiouser";

    private static final JavaClasses CLASSES = ArchitectureRules.productionClasses(SERVER);

    @Test
    void packages_formNoCircle() {
        ArchitectureRules.noCircleBetweenPackages().check(CLASSES);
    }

    @Test
    void protocol_knowsNoGpu() {
        noClasses()
                .that()
                .resideInAPackage(SERVER + ".protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.gpumediator.core..",
                        "org.gpumediator.intel..",
                        "org.gpumediator.nvidia..",
                        "org.gpumediator.testkit..")
                .check(CLASSES);
    }
}
