/**
 * Scheduling lab: guests with workloads share one group of engines in virtual time, under every
 * policy. What decides and keeps the accounts is the library's own scheduler; the engines are a
 * model.
 */
@org.jspecify.annotations.NullMarked
package org.gpumediator.examples.policylab.scheduling;
