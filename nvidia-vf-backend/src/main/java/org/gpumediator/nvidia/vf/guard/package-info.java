/**
 * Limits on how often a guest may ask for what is costly to all: resets, exclusive access,
 * interrupts, telemetry. {@link org.gpumediator.nvidia.vf.guard.BoardGuards} is the host's hand on
 * them.
 *
 * <table>
 * <caption>What is guarded by what</caption>
 * <tr><th>of a guest</th><th>event</th><th>what is refused</th></tr>
 * <tr><td>function-level reset</td><td>FUNCTION_RESET</td><td>is not carried out: it stays failed
 *     until the window has moved on</td></tr>
 * <tr><td>setting up the calls of its firmware task</td><td>EXCLUSIVE_REQUEST</td><td>the doorbell
 *     is not rung</td></tr>
 * <tr><td>work cut off because it did not leave the engine</td><td>EXCLUSIVE_TIMEOUT</td><td>at the
 *     limit, setting up again; beyond it, it has failed</td></tr>
 * <tr><td>interrupt</td><td>INTERRUPT</td><td>is dropped</td></tr>
 * <tr><td>query of error counters, by whoever carries it</td><td>TELEMETRY</td><td>whatever {@link
 *     org.gpumediator.nvidia.vf.guard.VfGuards#admitTelemetry} says</td></tr>
 * </table>
 *
 * <p>Resets by the host, of the bus or for a lost client, are not counted; a lost client's windows
 * are opened anew for the next one.
 *
 * <p>Stability: evolving.
 *
 * @since 0.1.0
 */
package org.gpumediator.nvidia.vf.guard;
