/**
 * The device layer of a small imaginary hypervisor: what its guests' processors reach a virtual GPU
 * through. There to be tested; the tests are the example.
 */
@NullMarked
package org.gpumediator.examples.hypervisor;

import org.jspecify.annotations.NullMarked;
