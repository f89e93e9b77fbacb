/**
 * Graphics address translation: the global table, its slices, guest memory on the bus, per-process
 * tables.
 */
package org.gpumediator.intel.gen7.gtt;
