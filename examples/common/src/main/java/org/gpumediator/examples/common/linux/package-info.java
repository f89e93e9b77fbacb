/**
 * Linux system calls over the foreign function API: sockets that pass file descriptors, shared
 * memory, event counters. The only package of the examples with native access.
 */
@NullMarked
package org.gpumediator.examples.common.linux;

import org.jspecify.annotations.NullMarked;
