/**
 * The hardware side: what a physical GPU must offer. Implemented over a real PCI function, and by
 * fakes.
 */
package org.gpumediator.api.hardware;
