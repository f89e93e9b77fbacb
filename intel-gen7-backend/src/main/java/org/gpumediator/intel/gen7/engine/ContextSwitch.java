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
 * <p>Two windows of the reserved area take turns, so that the image of the guest that leaves and
 * that of the guest that comes are never the same address.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class ContextSwitch implements AutoCloseable {

    /** How long the mediator's own ring may take. */
    static final long NANOS = 500_000_000L;

    private static final int MAX_POLLS = 20_000;

    private final Mmio mmio;
    private final ReservedArea area;
    private final EngineReset reset;
    private final OwnRing ownRing;
    private @Nullable GuestEngines from;
    private @Nullable GuestEngines to;
    private int window;
    private boolean again;

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
    void begin(@Nullable GuestEngines leaving, GuestEngines coming) {
        from = leaving;
        to = coming;
        OwnRing program = ownRing.begin();
        if (leaving != null) {
            program.selectWithoutLoading(area.context(window));
        }
        window ^= 1;
        long image = area.context(window);
        area.show(image, coming.contextImage().busAddress(), coming.contextImage().pages());
        if (coming.contextSaved) {
            program.selectAndLoad(image);
        } else {
            program.selectWithoutLoading(image);
        }
        if (leaving != null) {
            leaving.contextSaved = true;
        }
        long own = Integer.toUnsignedLong(coming.contextAddress());
        if (own != 0 && coming.contextSaved) {
            program.selectWithoutLoading(own);
        } else if (own != 0) {
            program.selectAndLoad(own);
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

    /** Returns whether the mediator's ring comes to its end while it is looked at. */
    boolean awaitDone() {
        for (int polls = 0; polls < MAX_POLLS && !ownRing.done(); polls++) {
            mmio.read(Engine.RCS.base() + RingRegisters.MI_MODE);
        }
        return ownRing.done();
    }

    /** Ends a switch whose newcomer is no longer wanted. */
    void cancel() {
        mmio.write(Engine.RCS.base() + RingRegisters.CTL, 0);
        if (!ownRing.done() && from != null) {
            from.contextSaved = false;
        }
        forget();
        end();
    }

    /**
     * Ends a switch. If the mediator's ring did not come to its end, the render engine is reset and
     * the switch tried once more, without the context that was to be saved.
     *
     * @return who is on now, or null if the second attempt has begun
     */
    @Nullable GuestEngines complete() {
        GuestEngines coming = to;
        if (coming == null) {
            throw new IllegalStateException("no switch is under way");
        }
        boolean done = ownRing.done();
        mmio.write(Engine.RCS.base() + RingRegisters.CTL, 0);
        if (!done) {
            forget();
            if (from != null) {
                from.contextSaved = false;
            }
            if (!again) {
                again = true;
                begin(null, coming);
                return null;
            }
        }
        end();
        coming.contextSaved &= done;
        if (!coming.contextSaved && coming.contextAddress() == 0) {
            leaveNone(); // nothing was loaded over what another guest has left
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
        leaveNone();
        area.hide(area.context(0), (int) (ReservedArea.CONTEXT_BYTES / 4096));
        area.hide(area.context(1), (int) (ReservedArea.CONTEXT_BYTES / 4096));
    }

    private void leaveNone() {
        reset.reset(Engine.RCS);
        mmio.write(Engine.RCS.base() + RingRegisters.CCID, 0);
    }

    @Override
    public void close() {
        ownRing.close();
    }
}
