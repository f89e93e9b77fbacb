/** Talking to the board's firmware: dialects, shared queues, calls, boot. */
package org.gpumediator.nvidia.vf.gsp;
