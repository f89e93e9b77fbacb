/**
 * Contracts as abstract JUnit 5 classes: extend one, implement its factory method, and every
 * promise of the interface is tested against your implementation.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.testkit.contract;
