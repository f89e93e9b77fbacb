/**
 * Where a virtual GPU goes on a board: fixed placements of two modes, free placements beside them,
 * and a planner that knows what stays creatable. Pure functions of an inventory; needs no device.
 *
 * <p>Stability: evolving.
 *
 * @since 0.1.0
 */
package org.gpumediator.nvidia.vf.placement;
