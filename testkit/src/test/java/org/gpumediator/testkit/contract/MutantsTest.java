package org.gpumediator.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Shows that each test of a contract can fail: somebody breaks one promise, and the test that is
 * there for it sees it. Tests are run by their names, so a list of mutants cannot name one test and
 * run another.
 */
abstract class MutantsTest<C> {

    /** A contract held to somebody who breaks one promise, and the test that must see it. */
    record Mutant<C>(String test, String promise, Supplier<C> contract) {

        @Override
        public String toString() {
            return test + ": " + promise;
        }
    }

    private final Class<C> contract;

    MutantsTest(Class<C> contract) {
        this.contract = contract;
    }

    /** Returns the contract held to somebody who breaks none. */
    abstract C sound();

    /** Returns at least one for each test of the contract. */
    abstract List<Mutant<C>> mutants();

    /** Gives back what a contract has taken. */
    void close(C run) {}

    @TestFactory
    Stream<DynamicTest> contract_ofMutant_fails() {
        return mutants().stream()
                .map(
                        mutant ->
                                DynamicTest.dynamicTest(
                                        mutant.toString(),
                                        () ->
                                                assertThat(run(mutant.contract.get(), mutant.test))
                                                        .isInstanceOfAny(
                                                                AssertionError.class,
                                                                RuntimeException.class)));
    }

    @TestFactory
    Stream<DynamicTest> contract_withoutMutation_holds() {
        return tests().stream()
                .map(
                        test ->
                                DynamicTest.dynamicTest(
                                        test, () -> assertThat(run(sound(), test)).isNull()));
    }

    @Test
    void mutants_coverEveryTestOfTheContract() {
        assertThat(mutants().stream().map(Mutant::test)).containsAll(tests());
    }

    private List<String> tests() {
        return Arrays.stream(contract.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(Method::getName)
                .toList();
    }

    /** Runs one test; returns what it threw. */
    private @Nullable Throwable run(C subject, String test) throws ReflectiveOperationException {
        Method method = contract.getDeclaredMethod(test);
        method.setAccessible(true);
        try {
            method.invoke(subject);
            return null;
        } catch (InvocationTargetException failure) {
            return failure.getCause();
        } finally {
            close(subject);
        }
    }
}
