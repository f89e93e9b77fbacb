/**
 * Board mode: a fleet of boards, each with an inventory and a partition policy; virtual GPUs of
 * named types come and go. Nothing published to compare with.
 */
@org.jspecify.annotations.NullMarked
package org.gpumediator.examples.policylab.fleet;
