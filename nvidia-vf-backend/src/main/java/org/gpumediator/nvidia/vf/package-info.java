/** Ada: VF slicing. */
package org.gpumediator.nvidia.vf;
