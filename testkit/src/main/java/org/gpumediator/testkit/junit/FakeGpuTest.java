package org.gpumediator.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test of a class a mediated fake Haswell: the short way into {@link FakeGpuExtension}.
 *
 * <pre>{@code
 * @FakeGpuTest
 * class MyHypervisorTest {
 *
 *     @Test
 *     void guest_boots(ScriptedHaswellGuest guest, FakeGpuWorld world) {
 *         guest.boot();
 *         assertEquals(List.of(), guest.complaints());
 *     }
 * }
 * }</pre>
 *
 * <p>A backend for the GPU has to be on the class path. For other GPUs or several virtual GPUs of
 * different sizes use {@link FakeGpuExtension#builder}.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(FakeGpuExtension.class)
public @interface FakeGpuTest {

    /** Returns how many virtual GPUs are made before each test, {@code 0} and up. */
    int vgpus() default 1;

    /** Returns the type of each; empty for the backend's smallest. */
    String type() default "";

    /** Returns whether a test fails if a guest has accessed a register that nobody models. */
    boolean failOnUnmodelledAccess() default true;
}
