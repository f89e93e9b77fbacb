/**
 * Ready-made partition policies.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.policy;
