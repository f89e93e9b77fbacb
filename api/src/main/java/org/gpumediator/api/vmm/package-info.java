/**
 * The VMM side: {@link org.gpumediator.api.vmm.VirtualGpu} and what it asks of the VMM that embeds
 * it.
 *
 * {@snippet file="org/gpumediator/api/DoorSnippetsTest.java" region="vmm"}
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.api.vmm;
