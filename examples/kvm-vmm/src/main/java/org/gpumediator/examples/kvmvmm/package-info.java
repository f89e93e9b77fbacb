/** The program: several virtual machines in one JVM, each with a share of one GPU. */
@NullMarked
package org.gpumediator.examples.kvmvmm;

import org.jspecify.annotations.NullMarked;
