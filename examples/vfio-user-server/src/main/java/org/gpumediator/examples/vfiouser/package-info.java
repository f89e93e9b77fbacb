/** The vfio-user server as a program: options, the GPU's loop, reports. */
@NullMarked
package org.gpumediator.examples.vfiouser;

import org.jspecify.annotations.NullMarked;
