/** Tables, charts and pages. */
@org.jspecify.annotations.NullMarked
package org.gpumediator.examples.policylab.report;
