/**
 * Keeps what fails on behalf of one guest away from the others.
 *
 * <p>Stability: evolving.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.contain;
