package org.gpumediator.examples.kvmvmm.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test, or all tests of a class, that boot virtual machines: skipped, with the reason, where
 * {@code /dev/kvm} cannot be opened. A parameter of type {@link
 * org.gpumediator.examples.kvmvmm.kvm.Kvm} is opened for the test and closed after it.
 */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(KvmExtension.class)
public @interface RequiresKvm {}
