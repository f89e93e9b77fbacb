/** Example. */
package org.gpumediator.examples.quickstart;
