/**
 * The vfio-user wire format: headers, commands, framing, version negotiation. Knows no GPU.
 *
 * <p>Source: the vfio-user protocol specification, {@code docs/interop/vfio-user.rst} of QEMU.
 */
@NullMarked
package org.gpumediator.examples.vfiouser.protocol;

import org.jspecify.annotations.NullMarked;
