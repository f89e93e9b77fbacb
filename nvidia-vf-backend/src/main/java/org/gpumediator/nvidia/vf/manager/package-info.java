/**
 * The life of virtual GPUs on a board: create, start, reset, stop, destroy, and what is to be
 * there.
 */
package org.gpumediator.nvidia.vf.manager;
