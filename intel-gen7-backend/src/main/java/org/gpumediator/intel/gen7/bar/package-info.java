/** The trap handlers behind a virtual GPU's BARs. */
package org.gpumediator.intel.gen7.bar;
