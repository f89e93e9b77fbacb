/** Saved virtual GPUs as a stream of checked packets. */
package org.gpumediator.nvidia.vf.snapshot;
