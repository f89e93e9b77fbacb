/**
 * Virtual functions as PCI has them: the physical function's capability as a driver reads it, the
 * routing ids, the steps of switching them on and off, and what a guest sees of one.
 */
package org.gpumediator.nvidia.vf.sriov;
