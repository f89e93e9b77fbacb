package org.gpumediator.testkit.haswell;

/**
 * What an engine does and has done.
 *
 * @param engine which
 * @param activity what it does
 * @param activeHead graphics address of the command it is at
 * @param header first dword of the last command it fetched
 * @param batchLevel 0 in its ring, 1 in a batch, 2 in a second-level batch
 * @param commandsExecuted commands since power-on; 4 KiB of a blit count as one
 * @param privilegedDropped commands and register writes that had no effect because their batch had
 *     no privilege
 * @param unknownCommands how often it stopped at a command it does not know
 * @param resets how often it was reset since power-on
 */
public record EngineStatus(
        HaswellEngine engine,
        Activity activity,
        long activeHead,
        int header,
        int batchLevel,
        long commandsExecuted,
        long privilegedDropped,
        long unknownCommands,
        long resets) {

    /** What an engine does. */
    public enum Activity {
        /** Nothing: its ring is empty or disabled. */
        IDLE,
        /** It has commands to execute. */
        WORKING,
        /** It was told to stop. */
        STOPPED,
        /** It waits for a semaphore or a display event, or for the rest of a command. */
        WAITING,
        /** It does not know the command it is at. */
        UNKNOWN_COMMAND,
        /** It was made to hang, or to stick. */
        HUNG
    }

    @Override
    public String toString() {
        return String.format(
                "%s %s at 0x%x, header 0x%08x, level %d, %d commands, %d dropped, %d unknown,"
                        + " %d resets",
                engine,
                activity,
                activeHead,
                header,
                batchLevel,
                commandsExecuted,
                privilegedDropped,
                unknownCommands,
                resets);
    }
}
