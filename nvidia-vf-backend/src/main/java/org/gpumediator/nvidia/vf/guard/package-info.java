/**
 * Limits on how often a guest may ask for what is costly to all: resets, exclusive access,
 * interrupts, telemetry.
 */
package org.gpumediator.nvidia.vf.guard;
