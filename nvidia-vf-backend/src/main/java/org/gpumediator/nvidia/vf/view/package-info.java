/**
 * A read-only view of boards and virtual functions under the names orchestrators know.
 *
 * <p>Stability: evolving.
 *
 * @since 0.1.0
 */
package org.gpumediator.nvidia.vf.view;
