/**
 * Parts that every VMM needs around a virtual GPU: where its BARs are, and guest memory made of
 * segments.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.vmm;
