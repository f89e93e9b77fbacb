/**
 * The whole physical GPU as the virtual GPU of one guest: its BARs and interrupts forwarded, its
 * configuration space as far as it does not concern the host, the guest's memory at its
 * guest-physical address.
 */
package org.gpumediator.core.passthrough;
