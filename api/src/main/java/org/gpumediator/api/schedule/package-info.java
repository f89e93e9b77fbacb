/**
 * Scheduling: who runs next on a group of engines, and for how long.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.api.schedule;
