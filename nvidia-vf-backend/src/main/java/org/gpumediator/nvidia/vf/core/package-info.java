/** The driver of the physical function: virtual functions, memory, channels, scrubbing. */
package org.gpumediator.nvidia.vf.core;
