/** PCI vocabulary: configuration space and BARs. */
package org.gpumediator.api.pci;
