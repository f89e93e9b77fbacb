/** Tests that boot a virtual machine where there is KVM, and are skipped where there is none. */
@NullMarked
package org.gpumediator.examples.kvmvmm.junit;

import org.jspecify.annotations.NullMarked;
