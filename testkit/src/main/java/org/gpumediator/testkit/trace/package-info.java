/**
 * Accesses of real guests, recorded once, and their replay against a virtual GPU in a test: no
 * guest, no VMM, the same accesses each time.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.testkit.trace;
