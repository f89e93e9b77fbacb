package org.gpumediator.intel.gen7.registers;

import org.gpumediator.core.catalogue.RegisterFile;

/**
 * What the registers of one virtual Haswell ask of its device model: one method per behaviour that
 * needs more than registers. What was written is stored already when a method is called, unless it
 * says otherwise.
 *
 * <p>Called on the thread that took the trap, with no lock held; several calls may run at once.
 * Must not throw, and must not block on anything but the device's own locks.
 *
 * <p>Engines are numbered RCS {@code 0}, BCS {@code 1}, VCS {@code 2}, VECS {@code 3}; pipes and
 * ports count from A; interrupt banks are DE {@code 0}, GT {@code 1}, PM {@code 2}, PCH {@code 3}.
 */
public interface Gen7Hooks {

    /** Returns the registers of this device. */
    RegisterFile<Gen7Hooks> registers();

    // ---- engines

    /** A ring's TAIL was written: there may be work. */
    void ringTailWritten(int engine, int value);

    /** A ring's HEAD was written. */
    void ringHeadWritten(int engine, int value);

    /** A ring's START was written: a graphics address, not yet checked. */
    void ringStartWritten(int engine, int value);

    /** A ring's CTL was written; bit 0 enables. */
    void ringControlWritten(int engine, int value, int old);

    /** Returns a ring's HEAD with its wrap count as the guest sees it now. */
    int ringHead(int engine, int stored);

    /** Returns where an engine is executing. */
    int activeHead(int engine, int stored);

    /** Returns whether an engine has nothing to do or has been stopped: MI_MODE bit 9. */
    boolean engineIdle(int engine);

    /** MI_MODE was written; bit 8 asks the ring to stop. */
    void engineModeWritten(int engine, int value, int old);

    /** The engine's graphics mode was written; bit 9 enables the per-process table. */
    void graphicsModeWritten(int engine, int value, int old);

    /**
     * The guest asks an engine to flush and to forget its translations (INSTPM bits 5 and 9, which
     * clear themselves).
     */
    void translationFlushRequested(int engine);

    /** Returns the page directory that an engine has loaded last, as the guest names it. */
    int pageDirectory(int engine);

    /** PP_DIR_BASE was written: bits 31:16 name the first entry of the page directory. */
    void pageDirectoryWritten(int engine, int value);

    /** PP_DCLV was written: each bit makes a group of directory entries valid. */
    void pageDirectoryValidWritten(int engine, int value);

    /** The status page was placed: a graphics address, not yet checked. */
    void statusPageWritten(int engine, int value);

    /** The pending head (UHPTR) was written; takes effect before the next submitted tail. */
    void pendingHeadWritten(int engine, int value);

    /** The engine's own interrupt mask was written. */
    void engineInterruptMaskWritten(int engine, int value);

    /** CCID was written: a graphics address of a context image, not yet checked. */
    void contextIdentityWritten(int value);

    /**
     * GDRST was written.
     *
     * @param engines bit 0 everything, 1 RCS, 2 VCS, 3 BCS, 4 VECS; the register reads back 0
     */
    void resetRequested(int engines);

    /**
     * A register that belongs to the render state was written, and has no method of its own. A
     * guest that owns the hardware expects it there.
     *
     * @param offset byte offset in BAR0
     */
    void renderStateWritten(int offset, int value, int old);

    /**
     * Returns a register of the render state that hardware changes.
     *
     * @param offset byte offset in BAR0
     * @param stored what the guest wrote, or what was saved when it left the hardware
     */
    int renderState(int offset, int stored);

    // ---- graphics memory

    /** The guest says that it has changed its translation table (GFX_FLSH_CNTL). */
    void graphicsTableFlushed();

    /**
     * Returns whether a fence belongs to the guest. A write to one that does not is dropped.
     *
     * @param fence {@code 0} to {@code 31}, as the guest numbers it
     */
    boolean ownsFence(int fence);

    /**
     * Half of a fence was written; both halves are in {@link #registers}.
     *
     * @param fence {@code 0} to {@code 31}, as the guest numbers it
     */
    void fenceWritten(int fence);

    // ---- interrupts

    /** An interrupt mask (IMR) of a bank was written. */
    void interruptMaskWritten(int bank, int value);

    /** An interrupt enable (IER) of a bank was written; bit 31 of DE is the master. */
    void interruptEnableWritten(int bank, int value);

    /**
     * Latched events (IIR) of a bank were cleared.
     *
     * @param cleared the bits that were set and are no longer
     */
    void interruptIdentityCleared(int bank, int cleared);

    /** DERRMR was written: which display events reach the render engines. */
    void displayResponseMaskWritten(int value);

    // ---- paravirtual page

    /** The guest driver says whether its display is ready: 0 no, 1 yes, 2 legacy VGA. */
    void displayReadyWritten(int value);

    /**
     * The guest driver says that its share is too small.
     *
     * @param reasons bit 0 aperture, bit 1 hidden graphics memory, bit 2 fences
     */
    void shareInsufficientWritten(int reasons);

    /**
     * The guest driver says what it needs at least.
     *
     * @param offset in the page: {@code 0x80c} bytes of aperture, {@code 0x810} bytes of hidden
     *     graphics memory, {@code 0x814} fences
     */
    void minimumShareWritten(int offset, int value);

    /** The guest driver notifies the mediator (g2v_notify). */
    void notificationWritten(int code);

    // ---- display

    /** Bit 31 of VGACNTRL changed: 1 turns the legacy plane off. */
    default void vgaPlaneWritten(int value, int old) {}

    /**
     * A plane got a new surface, which is live at once: a graphics address.
     *
     * @param plane 0 primary, 1 sprite, 2 cursor
     */
    default void surfaceWritten(int pipe, int plane, int value) {}

    /** PIPECONF of a pipe (or of the embedded transcoder, {@code 3}) was written. */
    default void pipeConfigurationWritten(int pipe, int value, int old) {}

    /** A transcoder (embedded: {@code 3}) was routed to a port. */
    default void transcoderRouted(int transcoder, int value) {}

    /** Returns the line that a pipe is scanning. */
    default int scanLine(int pipe, int stored) {
        return stored;
    }

    /** Returns how many frames a pipe has shown. */
    default int frameCount(int pipe, int stored) {
        return stored;
    }

    /** Returns an entry of a pipe's precise gamma table; {@code 0} where nothing was written. */
    default int preciseColour(int pipe, int index) {
        return 0;
    }

    /**
     * An entry of a pipe's precise gamma table was written. By default nothing is kept.
     *
     * @param index 0 to 1023
     */
    default void preciseColourWritten(int pipe, int index, int value) {}

    /**
     * A GMBUS register was written.
     *
     * @param register {@code 0} to {@code 4} as numbered; {@code 8} for GMBUS5
     */
    void gmbusWritten(int register, int value, int old);

    /**
     * Returns what a GMBUS register reads as.
     *
     * @param register {@code 0} to {@code 4} as numbered; {@code 8} for GMBUS5
     */
    int gmbusRead(int register, int stored);

    /**
     * A transaction on an AUX channel was started (bit 31 of its CTL).
     *
     * @param port 0 for A, to 3 for D
     */
    void auxStarted(int port, int control);

    /** Returns a register behind the side band; {@code 0} where nothing was written. */
    default int sidebandRead(int address) {
        return 0;
    }

    /** A register behind the side band was written. By default nothing is kept. */
    default void sidebandWritten(int address, int value) {}

    /**
     * Answers a command to the power controller. By default the data stays as it was written.
     *
     * @param command what the mailbox was told to do
     * @param data what is in its first data register
     * @return what to put there
     */
    default int powerControllerCommand(int command, int data) {
        return data;
    }
}
