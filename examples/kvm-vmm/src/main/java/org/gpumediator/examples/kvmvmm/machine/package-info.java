/**
 * A PC around the processors that KVM runs: memory, a PCI root bus with virtual GPUs, a serial
 * port, what Linux needs of a chip set.
 */
@NullMarked
package org.gpumediator.examples.kvmvmm.machine;

import org.jspecify.annotations.NullMarked;
