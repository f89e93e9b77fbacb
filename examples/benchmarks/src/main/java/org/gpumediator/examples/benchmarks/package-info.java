/** Example. */
package org.gpumediator.examples.benchmarks;
