/**
 * The mediator: one physical GPU and its virtual GPUs.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.core;
