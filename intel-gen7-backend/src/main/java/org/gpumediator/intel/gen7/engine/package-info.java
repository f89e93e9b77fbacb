/** Command submission: virtual rings, their shadows, and the engines they share. */
package org.gpumediator.intel.gen7.engine;
