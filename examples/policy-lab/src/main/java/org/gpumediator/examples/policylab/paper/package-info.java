/** Paper mode: the published runs of fragmentation gradient descent and its rivals, made again. */
@org.jspecify.annotations.NullMarked
package org.gpumediator.examples.policylab.paper;
