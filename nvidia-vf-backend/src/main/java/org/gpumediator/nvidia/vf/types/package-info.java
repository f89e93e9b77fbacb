/**
 * The boards of the Ada family, the vGPU types they offer, and what a type is in the mediator's own
 * words.
 *
 * <p>Stability: evolving.
 *
 * @since 0.1.0
 */
package org.gpumediator.nvidia.vf.types;
