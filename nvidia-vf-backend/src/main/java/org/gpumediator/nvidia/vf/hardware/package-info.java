/** The registers of an Ada board's physical function. */
package org.gpumediator.nvidia.vf.hardware;
