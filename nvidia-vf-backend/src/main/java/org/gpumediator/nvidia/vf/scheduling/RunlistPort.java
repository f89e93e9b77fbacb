package org.gpumediator.nvidia.vf.scheduling;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.nvidia.vf.hardware.BoardRegisters;

/**
 * The runlist registers of the graphics engine. Every call is one or two register accesses; nothing
 * is waited for.
 *
 * <p>Source: offsets and bits of SUBMIT and SUBMIT_INFO as the open drivers of Ampere and later use
 * them. Their place in the BAR, the number of a software runlist as SUBMIT's offset, and the words
 * of status and work are this project's: the vendor's firmware chooses runlists by itself.
 */
final class RunlistPort {

    /** No runlist. */
    static final int NONE = 0xfff;

    private static final int LEAF = BoardRegisters.LEAF_RUNLIST;
    private static final int PENDING = 1 << 15;
    private static final int RUNLIST_MASK = 0xfff;

    private final Mmio registers;

    RunlistPort(PhysicalGpu gpu) {
        this.registers = new Mmio(gpu);
    }

    void enableInterrupt() {
        registers.write(BoardRegisters.leafEnable(LEAF), 1);
        registers.write(BoardRegisters.TOP_ENABLE, BoardRegisters.topBit(LEAF));
    }

    /** Acknowledges the engine's interrupt; answers whether there was one. */
    boolean takeInterrupt() {
        boolean pending = (registers.read(BoardRegisters.leaf(LEAF)) & 1) != 0;
        if (pending) {
            registers.write(BoardRegisters.leaf(LEAF), 1);
        }
        return pending;
    }

    /** Wants a software runlist on the engine, or {@link #NONE}. */
    void submit(int runlist) {
        registers.write(BoardRegisters.RUNLIST_SUBMIT, runlist == NONE ? 0 : runlist << 16 | 1);
    }

    /** Returns whether hands are changing. */
    boolean isChanging() {
        return (registers.read(BoardRegisters.RUNLIST_INFO) & PENDING) != 0;
    }

    /** Returns the software runlist on the engine, or {@link #NONE}. */
    int onEngine() {
        return registers.read(BoardRegisters.RUNLIST_STATUS) & RUNLIST_MASK;
    }

    /** Returns a bit for each software runlist that has work. */
    long work() {
        return Integer.toUnsignedLong(registers.read(BoardRegisters.RUNLIST_WORK))
                | (long) registers.read(BoardRegisters.RUNLIST_WORK + Integer.BYTES) << 32;
    }
}
