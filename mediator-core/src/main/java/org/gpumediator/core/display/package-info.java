/** Virtual monitors: what they say of themselves. */
package org.gpumediator.core.display;
