/**
 * What virtual GPUs a GPU shall have, as a file, and the few steps from what it has to that.
 *
 * <p>{@link org.gpumediator.core.desired.DesiredState} is the file, {@link
 * org.gpumediator.core.desired.Reconciliation} applies it. Parameters must not be null.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.desired;
