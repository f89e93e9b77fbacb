/**
 * Values and exceptions that all three doors use. The doors are {@link org.gpumediator.api.vmm} for
 * a VMM, {@link org.gpumediator.api.spi} for a backend and {@link org.gpumediator.api.hardware} for
 * a physical GPU.
 *
 * <p>Unless a method says otherwise, passing {@code null} to any method of this module throws
 * {@link NullPointerException}. Offsets and lengths are in bytes, addresses are unsigned 64-bit
 * values in a {@code long}.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.api;
