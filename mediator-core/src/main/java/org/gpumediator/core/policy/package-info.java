/** Ready-made partition policies. */
package org.gpumediator.core.policy;
