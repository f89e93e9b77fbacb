/**
 * Structures of formats that two sides share, as tables of named fields, and views of bytes through
 * them.
 *
 * <p>Stability: evolving.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.wire;
