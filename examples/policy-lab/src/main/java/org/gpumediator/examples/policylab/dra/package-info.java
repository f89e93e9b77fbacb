/**
 * Fleet hand-over: what a board could carry leaves as the resource slices of Kubernetes' dynamic
 * resource allocation, and what its scheduler allocated comes back as a desired state.
 */
@org.jspecify.annotations.NullMarked
package org.gpumediator.examples.policylab.dra;
