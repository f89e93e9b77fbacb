/** What a PC's firmware and boot loader leave in memory for Linux. Knows no KVM. */
@NullMarked
package org.gpumediator.examples.kvmvmm.boot;

import org.jspecify.annotations.NullMarked;
