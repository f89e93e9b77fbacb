package org.gpumediator.intel.gen7.command;

import org.gpumediator.api.event.GuestFaultKind;

/**
 * Hears what a scanned submission will do besides drawing. Positions are indexes into the ring
 * dwords given to {@link CommandScanner#scan}; what a batch does is reported at the
 * MI_BATCH_BUFFER_START in the ring that leads to it. A submission that is scanned again after
 * {@link ScanResult.Stop#BUDGET} reports again what comes after the place where it stopped.
 *
 * <p>Called on the thread that submits. Must not throw, must not call back into the scanner.
 */
public interface ScanEvents {

    /**
     * What {@link #pageDirectoryLoaded} answers to have the scan stop before that command; no value
     * of the register, whose lower half is zero.
     */
    int NOT_NOW = 1;

    /**
     * A command, or one register of MI_LOAD_REGISTER_IMM, was refused: it has become MI_NOOP in the
     * copy.
     *
     * @param kind why
     * @param command its name in the catalogue
     * @param value the offending address, register or first dword
     */
    void refused(GuestFaultKind kind, String command, long value);

    /** The engine will raise its user interrupt: MI_USER_INTERRUPT. */
    default void userInterrupt(int position) {}

    /** The engine will raise its flush or pipe-control interrupt: notify bit of the command. */
    default void notifyInterrupt(int position) {}

    /**
     * A page flip, which has become MI_NOOP in the copy.
     *
     * @param dw0 first dword: plane in bits 21:19
     * @param dw1 stride in bits 15:6, tiling in bit 0
     * @param dw2 surface in bits 31:12, inside the slice; kind of flip in bits 1:0
     */
    default void pageFlip(int position, int dw0, int dw1, int dw2) {}

    /**
     * A wait for a display event or a scan line window, which has become MI_NOOP in the copy.
     *
     * @param dw0 first dword of the command
     */
    default void displayWait(int position, int dw0) {}

    /**
     * A register load that must not reach the GPU and has been taken out of the copy; the guest's
     * own register shall change instead.
     *
     * @param barOffset BAR0 offset of the register
     * @param value what was to be loaded; of a masked register with its write-enable half
     */
    default void registerEmulated(int position, int barOffset, int value) {}

    /**
     * A load that would choose what performance counters count, and has been taken out of the copy:
     * a driver's ordinary wish that a guest does not get.
     *
     * @param barOffset BAR0 offset of the register
     */
    default void counterSetLoaded(int position, int barOffset) {}

    /**
     * The engine will load a register whose value the mediator must know: INSTPM.
     *
     * @param barOffset BAR0 offset of the register
     * @param value what is loaded, with its write-enable half
     */
    default void registerLoaded(int position, int barOffset, int value) {}

    /**
     * The engine will load PP_DIR_BASE with an immediate.
     *
     * @param value what the guest loads; the directory it names lies inside the slice
     * @return what shall be loaded instead, or {@link #NOT_NOW} to have the scan stop before the
     *     command as if its budget was used up
     */
    default int pageDirectoryLoaded(int position, int value) {
        return value;
    }

    /**
     * The engine will select a logical context: MI_SET_CONTEXT.
     *
     * @param dw1 context image in bits 31:12, inside the slice; flags below
     */
    default void contextSelected(int position, int dw1) {}
}
