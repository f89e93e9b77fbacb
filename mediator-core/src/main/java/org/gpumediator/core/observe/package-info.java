/**
 * Counters, fault books and access reports.
 *
 * <p>Stability: evolving.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.observe;
