/**
 * The hardware side: what a physical GPU must offer. Implemented over a real PCI function, and by
 * fakes.
 *
 * {@snippet file="org/gpumediator/api/DoorSnippetsTest.java" region="hardware"}
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.api.hardware;
