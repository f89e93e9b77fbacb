/**
 * What every backend says to a physical GPU: dwords of its registers, pages that it reaches.
 *
 * <p>Stability: evolving.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.hardware;
