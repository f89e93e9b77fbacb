package org.gpumediator.intel.gen7.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.intel.gen7.gtt.Pte;
import org.gpumediator.intel.gen7.gtt.ReservedArea;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.RingRegisters;

/**
 * The mediator's own ring on the render engine, which changes the logical context between guests,
 * and the word in memory that says that it is done.
 *
 * <p>Source: XenGT's render context switch on Haswell; command layouts of the public gen7.5 command
 * descriptions.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class OwnRing implements AutoCloseable {

    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int PAGES = 4;

    private static final int PIPE_CONTROL = 0x7a00_0003;
    private static final int PIPE_CONTROL_FLUSH =
            1 << 20 | 1 << 18 | 1 << 12 | 1 << 0; // CS stall, TLB, render, depth
    private static final int PIPE_CONTROL_STORE =
            1 << 24 | 1 << 20 | 1 << 14; // GGTT, CS stall, immediate
    private static final int MI_SET_CONTEXT = 0x0c00_0000;
    private static final int MI_ARB_OFF = 0x0400_0000;
    private static final int MI_ARB_ON = 0x0400_0001;
    private static final int MI_NOOP = 0;
    private static final int MI_SUSPEND_FLUSH_OFF = 0x0580_0000;
    private static final int CONTEXT_IN_GTT = 1 << 8;
    private static final int CONTEXT_EXTENDED = 1 << 3 | 1 << 2;
    private static final int CONTEXT_RESTORE_INHIBIT = 1;
    private static final int CONTEXT_FORCE_RESTORE = 1 << 1;
    private static final int SAVED = 8;

    private final Mmio mmio;
    private final ReservedArea area;
    private final DmaPages ring;
    private final DmaPages status;
    private final DmaPages scratch;
    private int at;
    private int sequence;

    OwnRing(PhysicalGpu gpu, Mmio mmio, ReservedArea area) {
        this.mmio = mmio;
        this.area = area;
        ring = new DmaPages(gpu, (long) PAGES * Pte.PAGE, DmaAccess.READ_ONLY);
        status = new DmaPages(gpu, Pte.PAGE, DmaAccess.READ_WRITE);
        scratch = new DmaPages(gpu, Pte.PAGE, DmaAccess.READ_WRITE);
        area.show(area.ownRing(), ring.busAddress(), PAGES);
        area.show(area.ownStatus(), status.busAddress(), 1);
        area.show(area.scratch(), scratch.busAddress(), 1);
    }

    /** Starts a new program; flushes that a guest holds back are held back no longer. */
    OwnRing begin() {
        at = 0;
        return put(MI_SUSPEND_FLUSH_OFF).put(MI_NOOP).flush();
    }

    private OwnRing flush() {
        return put(PIPE_CONTROL).put(PIPE_CONTROL_FLUSH).put(0).put(0).put(0);
    }

    /**
     * Makes a context current without loading it: what was current is saved to where it belongs.
     */
    OwnRing selectWithoutLoading(long image) {
        return select(image, CONTEXT_RESTORE_INHIBIT);
    }

    /** Loads the context that is current. */
    OwnRing load(long image) {
        return select(image, CONTEXT_FORCE_RESTORE);
    }

    /** Says in memory that the context which was current before has been saved. */
    OwnRing saved() {
        return store(SAVED, sequence + 1);
    }

    private OwnRing store(int offset, int value) {
        return put(PIPE_CONTROL)
                .put(PIPE_CONTROL_STORE)
                .put((int) area.ownStatus() + offset)
                .put(value)
                .put(0);
    }

    private OwnRing select(long image, int flags) {
        return put(MI_ARB_OFF)
                .put(MI_SET_CONTEXT)
                .put((int) image | CONTEXT_IN_GTT | CONTEXT_EXTENDED | flags)
                .put(MI_NOOP)
                .put(MI_ARB_ON);
    }

    /** Lets the render engine run the program; its ring must be stopped and empty. */
    void run() {
        flush();
        sequence++;
        store(0, sequence);
        if (at % 8 != 0) {
            put(MI_NOOP);
        }
        area.flush();
        int base = Engine.RCS.base();
        mmio.write(base + RingRegisters.CTL, 0);
        mmio.write(Engine.RCS.statusPageRegister(), (int) area.scratch());
        mmio.write(base + RingRegisters.START, (int) area.ownRing());
        mmio.write(base + RingRegisters.HEAD, 0);
        mmio.write(base + RingRegisters.TAIL, 0);
        mmio.write(base + RingRegisters.CTL, (PAGES - 1) * Pte.PAGE | 1);
        mmio.writeMasked(base + RingRegisters.MI_MODE, RingRegisters.MI_MODE_STOP, 0);
        mmio.write(base + RingRegisters.TAIL, at);
    }

    /** Returns whether the program has run to its end. */
    boolean done() {
        return status.segment().get(LE32, 0) == sequence;
    }

    /** Returns whether the program has come to {@link #saved}. */
    boolean hasSaved() {
        return status.segment().get(LE32, SAVED) == sequence;
    }

    private OwnRing put(int dword) {
        MemorySegment commands = ring.segment();
        commands.set(LE32, at, dword);
        at += Integer.BYTES;
        return this;
    }

    @Override
    public void close() {
        area.hide(area.ownRing(), PAGES);
        area.hide(area.ownStatus(), 1);
        area.hide(area.scratch(), 1);
        ring.close();
        status.close();
        scratch.close();
    }
}
