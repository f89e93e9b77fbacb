/** The mediator: one physical GPU and its virtual GPUs. */
package org.gpumediator.core;
