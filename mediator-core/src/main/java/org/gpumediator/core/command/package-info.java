/**
 * Command catalogues: tables of commands, compiled to arrays that decode a stream.
 *
 * <p>Stability: evolving.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.command;
