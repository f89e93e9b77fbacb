/**
 * Engines on paper: what a scheduling policy does, without any GPU.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.testkit.schedule;
