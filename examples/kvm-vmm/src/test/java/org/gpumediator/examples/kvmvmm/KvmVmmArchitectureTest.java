package org.gpumediator.examples.kvmvmm;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.gpumediator.rules.ArchitectureRules;
import org.junit.jupiter.api.Test;

/** How the packages of the VMM lean on each other. */
final class KvmVmmArchitectureTest {

    private static final String VMM = "org.gpumediator.examples.kvmvmm";

    private static final JavaClasses CLASSES = ArchitectureRules.productionClasses(VMM);

    @Test
    void packages_formNoCircle() {
        ArchitectureRules.noCircleBetweenPackages().check(CLASSES);
    }

    @Test
    void kernelAndBoot_knowNoVirtualGpu() {
        noClasses()
                .that()
                .resideInAnyPackage(VMM + ".kvm..", VMM + ".boot..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.gpumediator.core..", "org.gpumediator.api.vmm..")
                .check(CLASSES);
    }

    @Test
    void machine_embedsTheMediatorWithoutABackend() {
        noClasses()
                .that()
                .resideInAPackage(VMM + ".machine..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.gpumediator.intel..",
                        "org.gpumediator.nvidia..",
                        "org.gpumediator.testkit..")
                .check(CLASSES);
    }
}
