package org.gpumediator.intel.gen7.display;

import java.util.Arrays;
import org.gpumediator.api.MediationClock;
import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;
import org.gpumediator.intel.gen7.irq.InterruptBank;
import org.gpumediator.intel.gen7.irq.VirtualInterrupts;

/**
 * The pipes of a guest that nobody looks at: they scan at 60 Hz on the mediator's clock, count
 * frames, raise vertical blanks, and show a new surface at once.
 *
 * <p>Source: gen7 pipe registers (PIPECONF bits 31 and 30, PIPEDSL, frame count), DE interrupt bits
 * 5n vertical blank, 5n+3 primary flip done, 5n+4 sprite flip done; XenGT's emulated blank timer.
 */
public final class VirtualDisplay {

    static final int PIPES = 3;

    private static final long FRAME_NANOS = 16_666_667L;
    private static final int LINES = 1125;

    private static final BitField PIPECONF_ENABLE = BitField.bit(31);
    private static final int PIPECONF = 0x7_0008;
    private static final int PIPE_STRIDE = 0x1000;
    private static final int BITS_PER_PIPE = 5;

    private final ShadowRegisters registers;
    private final VirtualInterrupts interrupts;
    private final MediationClock clock;
    private final long[] enabledAt = new long[PIPES];
    private final int[] countAtEnable = new int[PIPES];
    private volatile int enabled;
    private long blanked;

    public VirtualDisplay(
            ShadowRegisters registers, VirtualInterrupts interrupts, MediationClock clock) {
        this.registers = registers;
        this.interrupts = interrupts;
        this.clock = clock;
    }

    /** Follows a write of PIPECONF. */
    public synchronized void pipeConfigured(int pipe) {
        if (pipe >= PIPES) {
            return;
        }
        boolean on = PIPECONF_ENABLE.get(registers.get(PIPECONF + pipe * PIPE_STRIDE)) != 0;
        boolean was = (enabled & 1 << pipe) != 0;
        if (on && !was) {
            enabledAt[pipe] = clock.nanoTime();
            enabled |= 1 << pipe;
        } else if (!on && was) {
            countAtEnable[pipe] = frameCount(pipe);
            enabled &= ~(1 << pipe);
        }
    }

    /** Returns how many frames a pipe has shown. */
    public synchronized int frameCount(int pipe) {
        if (pipe >= PIPES) {
            return 0;
        }
        boolean on = (enabled & 1 << pipe) != 0;
        return countAtEnable[pipe]
                + (on ? (int) ((clock.nanoTime() - enabledAt[pipe]) / FRAME_NANOS) : 0);
    }

    /** Returns the line a pipe is scanning, 0 while it is off. */
    public synchronized int scanLine(int pipe) {
        if (pipe >= PIPES || (enabled & 1 << pipe) == 0) {
            return 0;
        }
        return (int) ((clock.nanoTime() - enabledAt[pipe]) % FRAME_NANOS * LINES / FRAME_NANOS);
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
    }

    /**
     * Raises the vertical blanks that are due.
     *
     * @return when the next one is due, {@link Long#MAX_VALUE} while every pipe is off
     */
    public long step(long now) {
        if (enabled == 0) {
            return Long.MAX_VALUE;
        }
        int due = 0;
        long next;
        synchronized (this) {
            if (now - blanked >= FRAME_NANOS) {
                blanked = now;
                due = enabled;
            }
            next = blanked + FRAME_NANOS;
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
        Arrays.fill(countAtEnable, 0);
    }
}
