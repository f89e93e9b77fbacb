/**
 * The structures that the firmware of release 570 is spoken to in, one table for each. Other
 * releases have other ones.
 */
package org.gpumediator.nvidia.vf.wire;
