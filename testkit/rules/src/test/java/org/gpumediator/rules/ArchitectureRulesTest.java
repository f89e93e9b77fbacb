package org.gpumediator.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.gpumediator.rules.circle.Root;
import org.gpumediator.rules.circle.left.Left;
import org.gpumediator.rules.circle.left.Nested;
import org.gpumediator.rules.circle.right.Right;
import org.gpumediator.rules.straight.above.Above;
import org.gpumediator.rules.straight.below.Below;
import org.junit.jupiter.api.Test;

/** Each rule finds what breaks it, and nothing where nothing does. */
final class ArchitectureRulesTest {

    private static final JavaClasses CIRCLE =
            new ClassFileImporter().importClasses(Left.class, Right.class);

    private static final JavaClasses STRAIGHT =
            new ClassFileImporter().importClasses(Above.class, Below.class);

    @Test
    void circleBetweenTwoPackages_isFound() {
        assertThatThrownBy(() -> ArchitectureRules.noCircleBetweenPackages().check(CIRCLE))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Slice rules.circle.left")
                .hasMessageContaining("Slice rules.circle.right");
    }

    @Test
    void packagesInALine_areNoCircle() {
        assertThatCode(() -> ArchitectureRules.noCircleBetweenPackages().check(STRAIGHT))
                .doesNotThrowAnyException();
    }

    @Test
    void circleBetweenAPackageAndOneAboveIt_isFound() {
        JavaClasses nested = new ClassFileImporter().importClasses(Root.class, Nested.class);

        assertThatThrownBy(() -> ArchitectureRules.noCircleBetweenPackages().check(nested))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Cycle detected");
    }

    @Test
    void wordInsideOfANameInCamelCase_isFoundUnlessAllowed() {
        assertBroken(ArchitectureRules.nameNoTransport(), "the name socketTime says socket");
        assertThatCode(() -> ArchitectureRules.nameNoTransport("socket").check(STRAIGHT))
                .doesNotThrowAnyException();
    }

    @Test
    void wordThatIsPartOfAnother_isNotFound() {
        assertThatThrownBy(() -> ruleAgainst("below").check(STRAIGHT))
                .hasMessageContaining("the name below says below")
                .hasMessageNotContaining("socketTime");
        assertThatCode(() -> ruleAgainst("low").check(STRAIGHT)).doesNotThrowAnyException();
    }

    @Test
    void readingTheClock_isFoundUnlessExcepted() {
        assertBroken(ArchitectureRules.startNoThreadReadNoClockAndNeverSleep(), "nanoTime");
        assertThatCode(
                        () ->
                                ArchitectureRules.startNoThreadReadNoClockAndNeverSleep(Below.class)
                                        .check(STRAIGHT))
                .doesNotThrowAnyException();
    }

    @Test
    void dependencyOnAPackageNotNamed_isFound() {
        assertBroken(
                ArchitectureRules.dependOnlyOn("java..", "org.gpumediator.rules.straight.above.."),
                "Below");
    }

    @Test
    void packageWithoutClasses_isRefused() {
        assertThatThrownBy(() -> ArchitectureRules.productionClasses("org.gpumediator.nowhere"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("org.gpumediator.nowhere");
        assertThat(ArchitectureRules.productionClasses("org.gpumediator.rules"))
                .noneMatch(type -> type.getName().endsWith("Test"));
    }

    private static void assertBroken(ArchRule rule, String says) {
        assertThatThrownBy(() -> rule.check(STRAIGHT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(says);
    }

    private static ArchRule ruleAgainst(String word) {
        return classes().should(new ForbiddenWords(word));
    }
}
