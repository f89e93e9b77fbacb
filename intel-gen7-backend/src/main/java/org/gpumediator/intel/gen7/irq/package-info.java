/** The interrupt hierarchy of gen7, virtual and physical. */
package org.gpumediator.intel.gen7.irq;
