package org.gpumediator.intel.gen7.display;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.gpumediator.api.spi.PanelSharing;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;
import org.jspecify.annotations.Nullable;

/**
 * Who is in front of the monitors at the GPU itself. The mediator alone writes the registers of the
 * real pipes, and only from its steps: a guest's trap says that something has changed, no more.
 *
 * <p>The n-th lit pipe of the guest is shown by the n-th lit pipe of the GPU. A guest in front gets
 * its vertical blanks from there; its other pipes, and the other guests, have virtual ones.
 *
 * <p>Safe for use by multiple threads.
 */
public final class RealPanels implements PanelSharing {

    /** How often within a frame it is looked for a vertical blank that is late. */
    private static final int LOOKS = 32;

    private final ShadowRegisters real;
    private final Runnable stepNeeded;
    private volatile String wish = HOST;
    private volatile @Nullable PanelGuest front;
    private volatile boolean changed;

    @GuardedBy("this")
    private final List<Pair> pairs = new ArrayList<>();

    /** A pipe of the guest in front, and the one of the GPU that shows it. */
    private static final class Pair {
        final RealPipe real;
        final int guestPipe;
        int frames;
        long nextLook;

        Pair(RealPipe real, int guestPipe) {
            this.real = real;
            this.guestPipe = guestPipe;
            frames = real.frames();
        }
    }

    /** Creates the view: the host is in front. */
    public RealPanels(Mmio mmio, Runnable stepNeeded) {
        real = new RealRegisters(mmio);
        this.stepNeeded = stepNeeded;
    }

    @Override
    public void show(String name) {
        wish = Objects.requireNonNull(name, "name");
        stepNeeded.run();
    }

    @Override
    public String shown() {
        PanelGuest now = front;
        return now == null ? HOST : now.name();
    }

    /** A guest has armed planes: the real ones follow in the next step, if it is in front. */
    public void planesChanged(VirtualDisplay pipes) {
        PanelGuest now = front;
        if (now != null && now.display() == pipes) {
            changed = true;
            stepNeeded.run();
        }
    }

    /** Takes a guest off that goes, whatever is wished. */
    public synchronized void leave(PanelGuest guest) {
        if (front == guest) {
            change(null);
        }
    }

    /**
     * Changes who is in front if that is due, and does what the one there needs.
     *
     * @return when to come again
     */
    public synchronized long step(long now, Collection<? extends PanelGuest> guests) {
        PanelGuest next = null;
        for (PanelGuest guest : guests) {
            if (guest.name().equals(wish) && guest.display().anyLit()) {
                next = guest;
            }
        }
        if (next != front || next != null && !stillPaired(next)) {
            change(next);
        } else if (next != null && changed) {
            changed = false;
            for (Pair pair : pairs) {
                pair.real.show(next, pair.guestPipe);
            }
        }
        return next == null ? Long.MAX_VALUE : blanks(next, now);
    }

    @GuardedBy("this")
    private boolean stillPaired(PanelGuest guest) {
        int lit = 0;
        for (int pipe = 0; pipe < VirtualDisplay.PIPES; pipe++) {
            if (guest.display().timings(pipe) != null) {
                if (lit < pairs.size() && pairs.get(lit).guestPipe != pipe) {
                    return false;
                }
                lit++;
            }
        }
        return lit >= pairs.size();
    }

    @GuardedBy("this")
    private void change(@Nullable PanelGuest next) {
        PanelGuest before = front;
        for (Pair pair : pairs) {
            pair.real.giveBack();
            if (before != null) {
                before.display().follow(pair.guestPipe, false);
            }
        }
        pairs.clear();
        front = next;
        changed = false;
        if (next == null) {
            return;
        }
        int guestPipe = 0;
        for (int pipe = 0; pipe < VirtualDisplay.PIPES; pipe++) {
            while (guestPipe < VirtualDisplay.PIPES && next.display().timings(guestPipe) == null) {
                guestPipe++;
            }
            if (guestPipe < VirtualDisplay.PIPES && RealPipe.isLit(real, pipe)) {
                Pair pair = new Pair(new RealPipe(real, pipe), guestPipe);
                pairs.add(pair);
                pair.real.show(next, guestPipe);
                next.display().follow(guestPipe, true);
                guestPipe++;
            }
        }
    }

    @GuardedBy("this")
    private long blanks(PanelGuest guest, long now) {
        long next = Long.MAX_VALUE;
        for (Pair pair : pairs) {
            if (now >= pair.nextLook) {
                int frames = pair.real.frames();
                boolean blank = frames != pair.frames;
                if (blank) {
                    guest.display().blankSeen(pair.guestPipe, frames - pair.frames);
                    pair.frames = frames;
                }
                long frame = pair.real.frameNanos();
                pair.nextLook = now + (blank ? frame - frame / LOOKS : frame / LOOKS);
            }
            next = Math.min(next, pair.nextLook);
        }
        return next;
    }

    /** Gives the monitors back to the host. */
    public synchronized void close() {
        change(null);
    }

    /** The registers of the GPU itself. */
    private record RealRegisters(Mmio mmio) implements ShadowRegisters {

        @Override
        public int get(int offset) {
            return mmio.read(offset);
        }

        @Override
        public void set(int offset, int value) {
            mmio.write(offset, value);
        }

        @Override
        public void setBits(int offset, int bits) {
            mmio.write(offset, mmio.read(offset) | bits);
        }

        @Override
        public void clearBits(int offset, int bits) {
            mmio.write(offset, mmio.read(offset) & ~bits);
        }
    }
}
