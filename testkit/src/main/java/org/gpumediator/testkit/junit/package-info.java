/**
 * JUnit 5 support: a test gets a fake GPU, a mediator that drives it, virtual GPUs in the slots of
 * fake VMMs, and a clock it steps itself.
 */
package org.gpumediator.testkit.junit;
