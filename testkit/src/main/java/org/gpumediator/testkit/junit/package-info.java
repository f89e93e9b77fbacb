/**
 * JUnit 5 support: a test gets a fake GPU, a mediator that drives it, virtual GPUs in the slots of
 * fake VMMs, and a clock it steps itself.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.testkit.junit;
