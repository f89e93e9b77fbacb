package org.gpumediator.rules;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/**
 * The rules that more than one module keeps. Each module's architecture test names those it does.
 */
public final class ArchitectureRules {

    private static final ImportOption NO_TESTS =
            location -> !location.contains("/test/") && !location.contains("/test-classes/");

    private static final String[] VENDORS = {
        "intel", "haswell", "gen7", "gen75", "i915", "gvt", "xengt", "nvidia", "ada", "gsp", "gfid",
        "amd", "xe"
    };

    private static final String[] TRANSPORTS = {
        "vfio", "socket", "kvm", "qemu", "ioctl", "eventfd"
    };

    private ArchitectureRules() {}

    /**
     * Reads the classes of a package and those below it, without tests.
     *
     * @throws IllegalArgumentException if there are none: a rule over no class holds always
     */
    public static JavaClasses productionClasses(String rootPackage) {
        JavaClasses found =
                new ClassFileImporter().withImportOption(NO_TESTS).importPackages(rootPackage);
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no class in " + rootPackage);
        }
        return found;
    }

    /**
     * No package needs, by whatever way, a package that needs it. A package and one below it are
     * two.
     */
    public static ArchRule noCircleBetweenPackages() {
        return slices().matching("org.gpumediator.(**)").should().beFreeOfCycles();
    }

    /** Classes need those of these packages only, given as in {@code "java.."}. */
    public static ArchRule dependOnlyOn(String... packages) {
        return classes().should().onlyDependOnClassesThat(resideInAnyPackage(packages));
    }

    /** A backend needs itself, the api and the core; no other backend, no example, no test kit. */
    public static ArchRule backendDependsOnApiAndCoreOnly(String backend) {
        return dependOnlyOn(
                backend + "..",
                "org.gpumediator.api..",
                "org.gpumediator.core..",
                "java..",
                "org.jspecify..",
                "org.slf4j..",
                "com.google.common..",
                "com.google.errorprone.annotations..");
    }

    /** No name says who makes a GPU, or what one is called. */
    public static ArchRule nameNoVendor() {
        return classes().should(new ForbiddenWords(VENDORS));
    }

    /** No name says how a guest's accesses arrive. Some words may be allowed. */
    public static ArchRule nameNoTransport(String... allowed) {
        return classes()
                .should(
                        new ForbiddenWords(
                                Arrays.stream(TRANSPORTS)
                                        .filter(word -> !Arrays.asList(allowed).contains(word))
                                        .toArray(String[]::new)));
    }

    /** No class opens a socket or a channel. */
    public static ArchRule useNoTransport() {
        return noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.net..", "java.nio.channels.."));
    }

    /** Time comes from a clock handed in, threads from the caller; some classes may be excepted. */
    public static ArchRule startNoThreadReadNoClockAndNeverSleep(Class<?>... excepted) {
        return noClasses()
                .that(not(belongToAnyOf(excepted)))
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
                .areAssignableTo(ThreadLocal.class);
    }
}
