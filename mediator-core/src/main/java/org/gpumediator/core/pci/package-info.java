/** A complete, vendor-neutral PCI function model. */
package org.gpumediator.core.pci;
