/** What several parts of the lab need. */
@org.jspecify.annotations.NullMarked
package org.gpumediator.examples.policylab.common;
