package org.gpumediator.intel.gen7.display;

import java.util.Arrays;
import java.util.function.Consumer;
import org.gpumediator.api.MediationClock;
import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;
import org.gpumediator.intel.gen7.irq.InterruptBank;
import org.gpumediator.intel.gen7.irq.VirtualInterrupts;
import org.jspecify.annotations.Nullable;

/**
 * The pipes of a guest: they scan on the mediator's clock at the rate of the mode the guest has
 * set, or with a pipe of the GPU that shows them; count frames, raise vertical blanks, and show a
 * new surface at once.
 *
 * <p>Source: gen7 pipe registers (PIPECONF bits 31 and 30, PIPEDSL, frame count), DE interrupt bits
 * 5n vertical blank, 5n+3 primary flip done, 5n+4 sprite flip done; XenGT's emulated blank timer.
 */
public final class VirtualDisplay {

    static final int PIPES = 3;

    private static final BitField PIPECONF_ENABLE = BitField.bit(31);
    private static final int PIPECONF = 0x7_0008;
    private static final int EMBEDDED_PIPECONF = 0x7_f008;
    private static final int PIPE_STRIDE = 0x1000;
    private static final int BITS_PER_PIPE = 5;

    private final ShadowRegisters registers;
    private final VirtualInterrupts interrupts;
    private final MediationClock clock;
    private final Runnable stepNeeded;

    /** What each pipe scans with; {@code null} while it is off. */
    private final @Nullable PipeTimings[] timings = new PipeTimings[PIPES];

    private final long[] enabledAt = new long[PIPES];
    private final int[] countAtEnable = new int[PIPES];

    /** How many vertical blanks since the pipe was switched on have been raised or passed over. */
    private final long[] raised = new long[PIPES];

    /** Whose blanks come from a pipe of the GPU. */
    private final boolean[] following = new boolean[PIPES];

    private volatile int enabled;
    private volatile Consumer<VirtualDisplay> planesChanged = display -> {};

    /**
     * Creates the pipes, all off.
     *
     * @param stepNeeded called when a blank is due earlier than {@link #step} has said
     */
    public VirtualDisplay(
            ShadowRegisters registers,
            VirtualInterrupts interrupts,
            MediationClock clock,
            Runnable stepNeeded) {
        this.stepNeeded = stepNeeded;
        this.registers = registers;
        this.interrupts = interrupts;
        this.clock = clock;
    }

    /**
     * Follows a write of PIPECONF.
     *
     * @param transcoder 0 for A, to 3 for the embedded one
     */
    public void pipeConfigured(int transcoder) {
        if (switched(transcoder)) {
            stepNeeded.run();
        }
    }

    /** Returns whether a pipe has been switched on. */
    private synchronized boolean switched(int transcoder) {
        int pipe =
                transcoder == PipeTimings.EMBEDDED
                        ? PipeTimings.embeddedInput(registers)
                        : transcoder;
        boolean embedded = PipeTimings.feeds(registers, pipe);
        int configuration =
                registers.get(embedded ? EMBEDDED_PIPECONF : PIPECONF + pipe * PIPE_STRIDE);
        boolean on = PIPECONF_ENABLE.get(configuration) != 0;
        boolean was = timings[pipe] != null;
        if (on && !was) {
            timings[pipe] = PipeTimings.of(registers, pipe);
            enabledAt[pipe] = clock.nanoTime();
            raised[pipe] = 0;
            enabled |= 1 << pipe;
        } else if (!on && was) {
            countAtEnable[pipe] = frameCount(pipe);
            timings[pipe] = null;
            enabled &= ~(1 << pipe);
        }
        return on && !was;
    }

    /** Sets who hears that planes have been armed; on the thread that took the trap. */
    public void onPlanesChanged(Consumer<VirtualDisplay> listener) {
        planesChanged = listener;
    }

    /** Whether a pipe is on. */
    boolean anyLit() {
        return enabled != 0;
    }

    /** Lets a pipe have the blanks of a real one from now on, or its own again. */
    synchronized void follow(int pipe, boolean real) {
        countAtEnable[pipe] = frameCount(pipe);
        enabledAt[pipe] = clock.nanoTime();
        raised[pipe] = 0;
        following[pipe] = real;
    }

    /** Real blanks have come: the last is the guest's now. */
    void blankSeen(int pipe, int count) {
        synchronized (this) {
            if (!following[pipe] || timings[pipe] == null) {
                return;
            }
            countAtEnable[pipe] += count;
            enabledAt[pipe] = clock.nanoTime();
        }
        interrupts.event(InterruptBank.DE, 1 << BITS_PER_PIPE * pipe);
    }

    /** Returns how a pipe scans, {@code null} while it is off. */
    synchronized @Nullable PipeTimings timings(int pipe) {
        return timings[pipe];
    }

    /** Returns how many frames a pipe has shown. */
    public synchronized int frameCount(int pipe) {
        if (pipe >= PIPES) {
            return 0;
        }
        PipeTimings timing = timings[pipe];
        return countAtEnable[pipe]
                + (timing == null ? 0 : (int) blanks(pipe, timing, clock.nanoTime()));
    }

    /** Returns the line a pipe is scanning, 0 while it is off. */
    public synchronized int scanLine(int pipe) {
        PipeTimings timing = pipe >= PIPES ? null : timings[pipe];
        if (timing == null) {
            return 0;
        }
        long since = clock.nanoTime() - enabledAt[pipe];
        return timing.lineAt(following[pipe] ? Math.min(since, timing.frameNanos() - 1) : since);
    }

    /** A pipe that has just been switched on starts in a vertical blank. */
    private long blanks(int pipe, PipeTimings timing, long now) {
        return following[pipe] ? 0 : (now - enabledAt[pipe]) / timing.frameNanos();
    }

    /**
     * A plane has got a new surface: it is shown at once.
     *
     * @param plane 0 primary, 1 sprite, 2 cursor
     */
    public void surfaceShown(int pipe, int plane) {
        if (plane < 2 && pipe < PIPES) {
            interrupts.event(InterruptBank.DE, 1 << BITS_PER_PIPE * pipe + 3 + plane);
        }
        planesChanged.accept(this);
    }

    /**
     * Raises the vertical blanks that are due; of several of one pipe the last.
     *
     * @return when the next one is due, {@link Long#MAX_VALUE} while every pipe is off
     */
    public long step(long now) {
        if (enabled == 0) {
            return Long.MAX_VALUE;
        }
        int due = 0;
        long next = Long.MAX_VALUE;
        synchronized (this) {
            for (int pipe = 0; pipe < PIPES; pipe++) {
                PipeTimings timing = timings[pipe];
                if (timing == null || following[pipe]) {
                    continue;
                }
                long blanks = blanks(pipe, timing, now);
                due |= blanks > raised[pipe] ? 1 << pipe : 0;
                raised[pipe] = Math.max(raised[pipe], blanks);
                next = Math.min(next, enabledAt[pipe] + (raised[pipe] + 1) * timing.frameNanos());
            }
        }
        for (int pipe = 0; pipe < PIPES; pipe++) {
            if ((due & 1 << pipe) != 0) {
                interrupts.event(InterruptBank.DE, 1 << BITS_PER_PIPE * pipe);
            }
        }
        return next;
    }

    public synchronized void reset() {
        enabled = 0;
        Arrays.fill(timings, null);
        Arrays.fill(countAtEnable, 0);
        Arrays.fill(following, false);
    }
}
