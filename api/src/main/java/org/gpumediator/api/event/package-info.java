/**
 * What observers of a mediator hear.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.api.event;
