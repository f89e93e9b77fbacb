/** The register catalogue of Haswell, and the behaviours that need nothing but registers. */
package org.gpumediator.intel.gen7.registers;
