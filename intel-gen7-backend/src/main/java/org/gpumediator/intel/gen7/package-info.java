/** Haswell: mediated pass-through. */
package org.gpumediator.intel.gen7;
