/** The demo: guests share one GPU, in a minute and without hardware. */
package org.gpumediator.examples.quickstart;
