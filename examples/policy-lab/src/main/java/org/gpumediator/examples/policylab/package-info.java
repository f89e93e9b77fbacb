/** Tries partition and scheduling policies out, without any GPU. */
@org.jspecify.annotations.NullMarked
package org.gpumediator.examples.policylab;
