/**
 * PCI vocabulary: configuration space and BARs.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.api.pci;
