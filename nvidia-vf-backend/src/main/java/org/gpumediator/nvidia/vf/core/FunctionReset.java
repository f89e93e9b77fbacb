package org.gpumediator.nvidia.vf.core;

import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.nvidia.vf.gsp.Waiter;

/**
 * The function-level reset of a virtual function, in its steps: transactions under way have ended,
 * ordered, starting, ready. A function that is not ready within a second has failed for good.
 *
 * <p>Source: PCI Express Base Specification 4.0, section 6.6.2; reset of the open variant driver
 * before a function is opened.
 */
public final class FunctionReset {

    /** Where a reset is. */
    public enum Step {
        /** Transactions of the function are under way: the reset waits for their end. */
        PENDING,
        ORDERED,
        /** The function answers that it is not ready. */
        STARTING,
        READY,
        FAILED
    }

    private static final int COMMAND = 0x04;
    private static final int CAPABILITIES = 0x34;
    private static final int EXPRESS_ID = 0x10;
    private static final int EXPRESS_CAPS = 0x04;
    private static final int EXPRESS_CONTROL = 0x08;
    private static final int EXPRESS_STATUS = 0x0a;
    private static final int CAPS_RESET = 1 << 28;
    private static final int CONTROL_RESET = 1 << 15;
    private static final int STATUS_PENDING = 1 << 5;
    private static final int NOT_READY = 0x0001;
    private static final int MOST_CAPABILITIES = 48;

    /** How long transactions may stay under way before the reset is ordered all the same. */
    static final long PENDING_NANOS = 1_000_000_000L;

    /** How long a function may take from the order until it is ready. */
    static final long READY_NANOS = 1_000_000_000L;

    private final PhysicalGpu function;
    private final int express;
    private long deadline;
    private Step step = Step.PENDING;

    private FunctionReset(PhysicalGpu function, int express, long nowNanos) {
        this.function = function;
        this.express = express;
        deadline = nowNanos + PENDING_NANOS;
    }

    /**
     * Begins a reset.
     *
     * @throws GpuMediationException if the function cannot be reset
     */
    public static FunctionReset begin(PhysicalGpu function, long nowNanos) {
        int express = express(function);
        if ((function.readConfig(express + EXPRESS_CAPS, 4) & CAPS_RESET) == 0) {
            throw new GpuMediationException(function + ": has no function-level reset");
        }
        FunctionReset reset = new FunctionReset(function, express, nowNanos);
        reset.advance(nowNanos);
        return reset;
    }

    private static int express(PhysicalGpu function) {
        int at = function.readConfig(CAPABILITIES, 1) & ~3;
        for (int i = 0; i < MOST_CAPABILITIES && at >= 0x40; i++) {
            if (function.readConfig(at, 1) == EXPRESS_ID) {
                return at;
            }
            at = function.readConfig(at + 1, 1) & ~3;
        }
        throw new GpuMediationException(function + ": has no PCI Express capability");
    }

    /** Goes on as far as the function lets it. */
    public Step advance(long nowNanos) {
        switch (step) {
            case PENDING -> {
                boolean pending =
                        (function.readConfig(express + EXPRESS_STATUS, 2) & STATUS_PENDING) != 0;
                if (!pending || nowNanos - deadline >= 0) {
                    order(nowNanos);
                }
            }
            case ORDERED, STARTING -> look(nowNanos);
            case READY, FAILED -> {}
        }
        return step;
    }

    private void order(long nowNanos) {
        int control = function.readConfig(express + EXPRESS_CONTROL, 2);
        function.writeConfig(express + EXPRESS_CONTROL, 2, control | CONTROL_RESET);
        deadline = nowNanos + READY_NANOS;
        step = Step.ORDERED;
    }

    private void look(long nowNanos) {
        if (function.readConfig(0, 2) == NOT_READY) {
            step = Step.STARTING;
        } else if (function.readConfig(COMMAND, 2) != 0xffff) {
            step = Step.READY;
        }
        if (step != Step.READY && nowNanos - deadline >= 0) {
            step = Step.FAILED;
        }
    }

    /**
     * Resets a function and waits for it.
     *
     * @throws GpuMediationException if it cannot be reset
     * @throws ShareLostException if it does not become ready in time: it has failed for good, and
     *     what it still does to its memory is unknown
     */
    public static void perform(PhysicalGpu function, Waiter waiter) {
        FunctionReset reset = begin(function, waiter.nanoTime());
        waiter.until(
                PENDING_NANOS + 2 * READY_NANOS,
                () -> {
                    Step at = reset.advance(waiter.nanoTime());
                    return at == Step.READY || at == Step.FAILED;
                });
        if (reset.step != Step.READY) {
            throw new ShareLostException(
                    function + ": not ready " + READY_NANOS + " ns after its reset", null);
        }
    }
}
