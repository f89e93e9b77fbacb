/**
 * The PCI function model that backends build their virtual GPUs with: configuration space, BARs,
 * capabilities and interrupts, as data.
 *
 * <p>Stability: evolving.
 *
 * @since 0.1.0
 */
package org.gpumediator.core.pci;
