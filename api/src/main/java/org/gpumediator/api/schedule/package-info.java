/** Scheduling: who runs next on a group of engines, and for how long. */
package org.gpumediator.api.schedule;
