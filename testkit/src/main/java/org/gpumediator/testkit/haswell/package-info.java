/**
 * A fake Haswell GPU (Intel gen7.5): registers, graphics translation table, four engines that
 * execute commands, interrupts, and a bus of its own.
 *
 * <p>Stability: stable.
 *
 * @since 0.1.0
 */
package org.gpumediator.testkit.haswell;
