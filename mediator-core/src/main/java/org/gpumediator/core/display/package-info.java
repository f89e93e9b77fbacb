/**
 * Virtual monitors: what they say of themselves.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.display;
