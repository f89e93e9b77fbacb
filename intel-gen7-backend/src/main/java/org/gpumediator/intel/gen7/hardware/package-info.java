/**
 * Words of the physical Haswell that every other package uses: engines, registers, the MMIO view.
 */
package org.gpumediator.intel.gen7.hardware;
