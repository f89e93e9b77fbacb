package org.gpumediator.intel.gen7.engine;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.intel.gen7.Engine;
import org.gpumediator.intel.gen7.gtt.MediatorPages;
import org.gpumediator.intel.gen7.gtt.Pte;
import org.gpumediator.intel.gen7.gtt.ReservedArea;
import org.jspecify.annotations.Nullable;

/**
 * One guest's ring on one engine: the four registers as the guest wrote them, and the mediator's
 * shadow that the GPU runs from. The shadow has the same length, and every command the same offset,
 * so that head and tail mean the same to both.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class VirtualRing {

    private final Engine engine;
    private final BatchCopies copies;
    private final PhysicalGpu gpu;
    private @Nullable MediatorPages shadow;

    int tail;
    int start;
    int ctl;

    /**
     * Offset and wrap count as of when the guest wrote it, or as of when the hardware last had it.
     */
    int head;

    /** Up to where commands are audited and in the shadow. */
    int taken;

    /**
     * The stream could not be decoded at {@link #taken}: nothing more runs until the guest resets
     * or restarts the ring.
     */
    boolean halted;

    /**
     * The engine was reset under this ring because its work did not end; nothing runs until the
     * guest resets it.
     */
    boolean hung;

    long submissions;
    long commands;

    /** The guest has changed registers of its address space that the hardware has not got yet. */
    boolean addressSpaceStale;

    VirtualRing(Engine engine, PhysicalGpu gpu, ReservedArea area) {
        this.engine = engine;
        this.gpu = gpu;
        copies = new BatchCopies(gpu, area.batches(engine));
    }

    Engine engine() {
        return engine;
    }

    BatchCopies copies() {
        return copies;
    }

    boolean enabled() {
        return (ctl & 1) != 0;
    }

    int length() {
        return (ctl & RingRegisters.CTL_LENGTH_MASK) + Pte.PAGE;
    }

    int headOffset() {
        return head & RingRegisters.HEAD_OFFSET_MASK;
    }

    /** Returns whether the guest has queued something that the shadow does not hold yet. */
    boolean hasQueued() {
        return enabled() && !halted && !hung && taken != tail;
    }

    /** Returns whether nothing is left to run, as of the last known head. */
    boolean isDry() {
        return headOffset() == taken;
    }

    /** Makes everything from the head on be audited anew. */
    void retake() {
        taken = headOffset();
        copies.reset();
    }

    /** Returns the shadow, of the ring's length. */
    MediatorPages shadow() {
        MediatorPages pages = shadow;
        if (pages == null || pages.segment().byteSize() != length()) {
            release();
            pages = new MediatorPages(gpu, length(), DmaAccess.READ_ONLY);
            shadow = pages;
        }
        return pages;
    }

    /** Puts the registers into their state after reset. */
    void reset() {
        tail = 0;
        head = 0;
        start = 0;
        ctl = 0;
        taken = 0;
        halted = false;
        hung = false;
        addressSpaceStale = false;
        copies.reset();
    }

    private void release() {
        if (shadow != null) {
            shadow.close();
            shadow = null;
        }
    }

    /** Gives all memory back; the GPU must not be running from it. */
    void close() {
        release();
        copies.close();
    }
}
