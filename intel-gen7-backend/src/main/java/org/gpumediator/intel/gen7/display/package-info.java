/** A virtual GPU's pipes: frames, vertical blanks and flips. */
package org.gpumediator.intel.gen7.display;
