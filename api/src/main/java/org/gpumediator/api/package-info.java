/**
 * The VMM side: {@link org.gpumediator.api.VirtualGpu} and what it asks of the VMM that embeds it.
 *
 * <p>Unless a method says otherwise, passing {@code null} to any method of this module throws
 * {@link NullPointerException}. Offsets and lengths are in bytes, addresses are unsigned 64-bit
 * values in a {@code long}.
 */
package org.gpumediator.api;
