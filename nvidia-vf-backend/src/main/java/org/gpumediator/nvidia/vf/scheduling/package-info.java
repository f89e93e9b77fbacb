/** The vendor's scheduler settings as policies. */
package org.gpumediator.nvidia.vf.scheduling;
