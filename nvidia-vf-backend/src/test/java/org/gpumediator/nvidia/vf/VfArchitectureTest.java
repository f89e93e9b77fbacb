package org.gpumediator.nvidia.vf;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.gpumediator.rules.ArchitectureRules;
import org.junit.jupiter.api.Test;

/** What this backend may know of the world: no other backend, no example, no transport. */
final class VfArchitectureTest {

    private static final JavaClasses BACKEND =
            ArchitectureRules.productionClasses("org.gpumediator.nvidia.vf");

    @Test
    void backend_dependsOnApiAndCoreOnly() {
        ArchitectureRules.backendDependsOnApiAndCoreOnly("org.gpumediator.nvidia.vf")
                .check(BACKEND);
    }

    @Test
    void packages_formNoCircle() {
        ArchitectureRules.noCircleBetweenPackages().check(BACKEND);
    }

    @Test
    void backend_knowsNoTransport() {
        // The firmware has the name of a hypervisor in a constant of its own.
        ArchitectureRules.nameNoTransport("kvm").check(BACKEND);
        ArchitectureRules.useNoTransport().check(BACKEND);
    }

    @Test
    void backend_startsNoThreadReadsNoClockAndNeverSleeps() {
        ArchitectureRules.startNoThreadReadNoClockAndNeverSleep().check(BACKEND);
    }
}
