package org.gpumediator.intel.gen7.engine;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.intel.gen7.gtt.ReservedArea;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.RingRegisters;
import org.jspecify.annotations.Nullable;

/**
 * Changes the render context from one guest's to another's by the mediator's own ring: the one is
 * saved to its image, the other loaded from its own.
 *
 * <p>Threats: an image that the engine does not survive. Only images in the mediator's own memory
 * are ever loaded; one may be a copy of what a guest keeps in its memory, and loading it may then
 * not end. It gets a few milliseconds, the engine is reset, and the hang is that of the guest whose
 * image it is: of the one that leaves until its context has been saved, then of the one that comes.
 *
 * <p>Two windows of the reserved area take turns, so that the image of the guest that leaves and
 * that of the guest that comes are never the same address.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class ContextSwitch implements AutoCloseable {

    /**
     * How long the mediator's own ring may take to save a context: the last drawing of the guest
     * that leaves comes to its end in this time.
     */
    private static final long SAVE_NANOS = 50_000_000L;

    /** How long it may take to load one, which a Haswell does in less than 1 ms. */
    private static final long LOAD_NANOS = 10_000_000L;

    /** How long a switch may take, with its second attempt. */
    static final long MAX_NANOS = SAVE_NANOS + 2 * LOAD_NANOS;

    private final Mmio mmio;
    private final ReservedArea area;
    private final EngineReset reset;
    private final OwnRing ownRing;
    private @Nullable GuestEngines from;
    private @Nullable GuestEngines to;
    private int window;
    private boolean again;
    private boolean saved;
    private long deadline;

    ContextSwitch(PhysicalGpu gpu, Mmio mmio, ReservedArea area, EngineReset reset) {
        this.mmio = mmio;
        this.area = area;
        this.reset = reset;
        ownRing = new OwnRing(gpu, mmio, area);
    }

    /**
     * Begins to change contexts; the rings must be off.
     *
     * @param leaving whose context the hardware has, or null if it has nobody's
     */
    void begin(@Nullable GuestEngines leaving, GuestEngines coming, long now) {
        if (!coming.contextSaved) {
            coming.contextSaved = coming.copyContext(); // the guest's own image is the later one
        }
        start(leaving, coming, now);
    }

    private void start(@Nullable GuestEngines leaving, GuestEngines coming, long now) {
        from = leaving;
        to = coming;
        saved = leaving == null;
        deadline = now + (saved ? LOAD_NANOS : SAVE_NANOS);
        OwnRing program = ownRing.begin();
        if (leaving != null) {
            program.selectWithoutLoading(area.context(window));
            leaving.contextSaved = true;
        }
        window ^= 1;
        long image = area.context(window);
        area.show(image, coming.contextImage().busAddress(), coming.contextImage().pages());
        program.selectWithoutLoading(image).saved();
        if (coming.contextSaved) {
            program.load(image);
        }
        long own = Integer.toUnsignedLong(coming.contextAddress());
        if (own != 0) {
            program.selectWithoutLoading(own);
        }
        program.run();
    }

    /** Returns whether a switch under way reads or writes a guest's memory. */
    boolean concerns(GuestEngines guest) {
        return guest == from || guest == to;
    }

    /** Returns who comes, or null if no switch is under way. */
    @Nullable GuestEngines coming() {
        return to;
    }

    boolean done() {
        return ownRing.done();
    }

    /** Returns until when the mediator's ring may go on with what it does now. */
    long deadline(long now) {
        if (!saved && ownRing.hasSaved()) {
            saved = true;
            deadline = now + LOAD_NANOS;
        }
        return deadline;
    }

    /** Ends a switch whose newcomer is no longer wanted. */
    void cancel() {
        mmio.write(Engine.RCS.base() + RingRegisters.CTL, 0);
        if (!ownRing.hasSaved() && from != null) {
            from.contextSaved = false;
        }
        forget();
        end();
    }

    /**
     * Returns whose context kept the mediator's ring from its end, or null if it has come to it or
     * there is nobody to blame.
     */
    @Nullable GuestEngines culprit() {
        if (ownRing.done() || again) {
            return null;
        }
        return ownRing.hasSaved() || from == null ? to : from;
    }

    /**
     * Ends a switch. If the mediator's ring did not come to its end, the render engine is reset and
     * the switch tried once more, without the context that it did not get over.
     *
     * @return who is on now, or null if the second attempt has begun
     */
    @Nullable GuestEngines complete(long now) {
        GuestEngines coming = to;
        if (coming == null) {
            throw new IllegalStateException("no switch is under way");
        }
        GuestEngines culprit = culprit();
        boolean done = ownRing.done();
        mmio.write(Engine.RCS.base() + RingRegisters.CTL, 0);
        if (!done) {
            forget();
            if (culprit != null) {
                culprit.contextSaved = false;
            }
            if (!again) {
                again = true;
                start(null, coming, now);
                return null;
            }
        }
        end();
        coming.contextSaved &= done;
        if (!coming.contextSaved && coming.contextAddress() == 0) {
            reset.reset(Engine.RCS); // nothing was loaded over what another guest has left
        }
        coming.contextLoaded();
        return coming;
    }

    private void end() {
        from = null;
        to = null;
        again = false;
    }

    /** Makes the render engine forget whose context it has, so that it is saved nowhere. */
    void forget() {
        reset.reset(Engine.RCS);
        area.hide(area.context(0), (int) (ReservedArea.CONTEXT_BYTES / 4096));
        area.hide(area.context(1), (int) (ReservedArea.CONTEXT_BYTES / 4096));
    }

    @Override
    public void close() {
        ownRing.close();
    }
}
