/**
 * The PCI function model that backends build their virtual GPUs with: configuration space, BARs,
 * capabilities and interrupts, as data.
 */
package org.gpumediator.core.pci;
