/** The scheduler of an engine group, and ready-made scheduling policies. */
package org.gpumediator.core.schedule;
