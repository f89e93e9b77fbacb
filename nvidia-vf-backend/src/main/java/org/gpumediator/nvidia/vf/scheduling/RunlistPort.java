package org.gpumediator.nvidia.vf.scheduling;

import org.gpumediator.api.hardware.PhysicalGpu;

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

    // spotless:off
    private static final int BASE           = 0xc0_0000;
    private static final int SUBMIT         = BASE + 0x088;
    private static final int SUBMIT_INFO    = BASE + 0x08c;
    private static final int STATUS         = BASE + 0x200;
    private static final int WORK           = BASE + 0x300;
    private static final int LEAF           = 0xb8_1000 + 4 * 6;
    private static final int LEAF_ENABLE    = 0xb8_1200 + 4 * 6;
    private static final int TOP_ENABLE     = 0xb8_1608;
    // spotless:on

    private static final int TOP_BIT = 1 << 3;
    private static final int PENDING = 1 << 15;
    private static final int RUNLIST_MASK = 0xfff;

    private final PhysicalGpu gpu;

    RunlistPort(PhysicalGpu gpu) {
        this.gpu = gpu;
    }

    void enableInterrupt() {
        gpu.write(0, LEAF_ENABLE, 4, 1);
        gpu.write(0, TOP_ENABLE, 4, TOP_BIT);
    }

    /** Acknowledges the engine's interrupt; answers whether there was one. */
    boolean takeInterrupt() {
        boolean pending = (gpu.read(0, LEAF, 4) & 1) != 0;
        if (pending) {
            gpu.write(0, LEAF, 4, 1);
        }
        return pending;
    }

    /** Wants a software runlist on the engine, or {@link #NONE}. */
    void submit(int runlist) {
        gpu.write(0, SUBMIT, 4, runlist == NONE ? 0 : (long) runlist << 16 | 1);
    }

    /** Returns whether hands are changing. */
    boolean isChanging() {
        return (gpu.read(0, SUBMIT_INFO, 4) & PENDING) != 0;
    }

    /** Returns the software runlist on the engine, or {@link #NONE}. */
    int onEngine() {
        return (int) gpu.read(0, STATUS, 4) & RUNLIST_MASK;
    }

    /** Returns a bit for each software runlist that has work. */
    long work() {
        return gpu.read(0, WORK, 8);
    }
}
