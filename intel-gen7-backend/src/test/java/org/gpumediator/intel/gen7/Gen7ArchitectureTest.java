package org.gpumediator.intel.gen7;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.gpumediator.rules.ArchitectureRules;
import org.junit.jupiter.api.Test;

/** What this backend may know of the world: no other backend, no example, no transport. */
final class Gen7ArchitectureTest {

    private static final JavaClasses BACKEND =
            ArchitectureRules.productionClasses("org.gpumediator.intel.gen7");

    @Test
    void backend_dependsOnApiAndCoreOnly() {
        ArchitectureRules.backendDependsOnApiAndCoreOnly("org.gpumediator.intel.gen7")
                .check(BACKEND);
    }

    @Test
    void packages_formNoCircle() {
        ArchitectureRules.noCircleBetweenPackages().check(BACKEND);
    }

    @Test
    void backend_knowsNoTransport() {
        ArchitectureRules.nameNoTransport().check(BACKEND);
        ArchitectureRules.useNoTransport().check(BACKEND);
    }

    @Test
    void backend_startsNoThreadReadsNoClockAndNeverSleeps() {
        ArchitectureRules.startNoThreadReadNoClockAndNeverSleep().check(BACKEND);
    }
}
