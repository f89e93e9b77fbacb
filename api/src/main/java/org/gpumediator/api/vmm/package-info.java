/**
 * The VMM side: {@link org.gpumediator.api.vmm.VirtualGpu} and what it asks of the VMM that embeds
 * it.
 */
package org.gpumediator.api.vmm;
