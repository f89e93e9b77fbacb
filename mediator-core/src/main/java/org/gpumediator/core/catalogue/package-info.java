/**
 * Register catalogues: tables of rows, compiled to arrays, and the trap dispatch over them.
 *
 * <p>Stability: evolving.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.catalogue;
