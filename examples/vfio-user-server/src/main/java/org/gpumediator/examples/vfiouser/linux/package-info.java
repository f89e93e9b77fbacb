/**
 * Linux system calls over the foreign function API: sockets that pass file descriptors, shared
 * memory, event counters. The only package with native access.
 */
@NullMarked
package org.gpumediator.examples.vfiouser.linux;

import org.jspecify.annotations.NullMarked;
