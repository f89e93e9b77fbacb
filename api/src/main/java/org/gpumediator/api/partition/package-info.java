/**
 * Inventory and placement: what a GPU has, what each virtual GPU owns, and who decides. Usable
 * alone, without a device and without any trap type. All types are immutable values or pure
 * functions and may be used on any thread.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.api.partition;
