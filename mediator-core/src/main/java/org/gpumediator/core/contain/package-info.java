/** Keeps what fails on behalf of one guest away from the others. */
package org.gpumediator.core.contain;
