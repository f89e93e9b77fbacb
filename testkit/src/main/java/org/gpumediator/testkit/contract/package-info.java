/**
 * Contracts as abstract JUnit 5 classes: extend one, implement its factory method, and every
 * promise of the interface is tested against your implementation.
 */
package org.gpumediator.testkit.contract;
