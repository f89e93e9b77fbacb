/** {@code /dev/kvm}: virtual machines, their memory, interrupts and processors. Knows no GPU. */
@NullMarked
package org.gpumediator.examples.kvmvmm.kvm;

import org.jspecify.annotations.NullMarked;
