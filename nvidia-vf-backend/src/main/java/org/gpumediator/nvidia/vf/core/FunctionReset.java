package org.gpumediator.nvidia.vf.core;

import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.nvidia.vf.gsp.Waiter;

/**
 * The function-level reset of a virtual function, in its steps: looked up, ordered, under way,
 * ready.
 *
 * <p>Source: PCI Express Base Specification 4.0, section 6.6.2; reset of the open variant driver
 * (ready within 1 s, or the function has failed for good).
 */
public final class FunctionReset {

    /** Where a reset is. */
    public enum Step {
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
    private static final int CAPS_RESET = 1 << 28;
    private static final int CONTROL_RESET = 1 << 15;
    private static final int NOT_READY = 0x0001;
    private static final int MOST_CAPABILITIES = 48;
    private static final long READY_NANOS = 1_000_000_000L;

    private final PhysicalGpu function;
    private final long deadline;
    private Step step = Step.ORDERED;

    private FunctionReset(PhysicalGpu function, long deadline) {
        this.function = function;
        this.deadline = deadline;
    }

    /**
     * Orders a reset.
     *
     * @throws GpuMediationException if the function cannot be reset
     */
    public static FunctionReset order(PhysicalGpu function, long nowNanos) {
        int express = express(function);
        if ((function.readConfig(express + EXPRESS_CAPS, 4) & CAPS_RESET) == 0) {
            throw new GpuMediationException(function + ": has no function-level reset");
        }
        int control = function.readConfig(express + EXPRESS_CONTROL, 2);
        function.writeConfig(express + EXPRESS_CONTROL, 2, control | CONTROL_RESET);
        return new FunctionReset(function, nowNanos + READY_NANOS);
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
        if (step == Step.READY || step == Step.FAILED) {
            return step;
        }
        if (function.readConfig(0, 2) == NOT_READY) {
            step = Step.STARTING;
        } else if (function.readConfig(COMMAND, 2) != 0xffff) {
            step = Step.READY;
        }
        if (step != Step.READY && nowNanos - deadline >= 0) {
            step = Step.FAILED;
        }
        return step;
    }

    /**
     * Resets a function and waits for it.
     *
     * @throws GpuMediationException if it does not become ready in time
     */
    public static void perform(PhysicalGpu function, Waiter waiter) {
        FunctionReset reset = order(function, waiter.nanoTime());
        boolean ready =
                waiter.until(
                        2 * READY_NANOS,
                        () -> {
                            Step at = reset.advance(waiter.nanoTime());
                            return at == Step.READY || at == Step.FAILED;
                        });
        if (!ready || reset.step != Step.READY) {
            throw new GpuMediationException(
                    function + ": not ready " + READY_NANOS + " ns after its reset");
        }
    }
}
