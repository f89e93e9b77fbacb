/** What observers of a mediator hear. */
package org.gpumediator.api.event;
