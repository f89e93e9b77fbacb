package org.gpumediator.api;

/**
 * The three resets of a virtual GPU, and what each keeps.
 *
 * <table>
 * <caption>What survives</caption>
 * <tr><th>kind</th><th>BAR addresses, command, interrupts</th><th>registers and tables</th><th>partition</th></tr>
 * <tr><td>{@link #FUNCTION_LEVEL}</td><td>cleared</td><td>cleared</td><td>kept, contents scrubbed</td></tr>
 * <tr><td>{@link #BUS}</td><td>cleared</td><td>cleared</td><td>kept, contents scrubbed</td></tr>
 * <tr><td>{@link #LOST_CLIENT}</td><td>cleared</td><td>cleared</td><td>kept, contents scrubbed; every mapping of guest
 * memory is dropped</td></tr>
 * </table>
 */
public enum ResetKind {
    /** The guest, or the VMM for it, has asked for a reset of this function (FLR). */
    FUNCTION_LEVEL,
    /** The guest's bus or the whole virtual machine was reset. */
    BUS,
    /** The VMM that used the virtual GPU has gone without a word; another may come. */
    LOST_CLIENT
}
