/**
 * The scheduler of an engine group, and ready-made scheduling policies.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.schedule;
