/**
 * Guests written in Java that behave as real drivers do, register by register and command by
 * command, and can be told to misbehave.
 *
 * <p>The offsets and encodings here are a transcription of their own, apart from any backend's: a
 * driver and a device that read the same facts independently check each other.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.testkit.guest;
