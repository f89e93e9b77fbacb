/** Carries virtual GPUs to vfio-user clients: one socket, one client at a time for each. */
@NullMarked
package org.gpumediator.examples.vfiouser.server;

import org.jspecify.annotations.NullMarked;
