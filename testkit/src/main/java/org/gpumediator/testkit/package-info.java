/**
 * What a test needs in place of a VMM: guest memory, interrupts, PCI firmware and time, all stepped
 * by the test. Nothing here knows a vendor, starts a thread or sleeps.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.testkit;
