package org.gpumediator.nvidia.vf.core;

import java.util.Optional;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.nvidia.vf.gsp.Waiter;

/**
 * Switches the virtual functions of a board on and off.
 *
 * <p>Source: PCI Express Base Specification 4.0, section 9.3.3 (waiting times, what is read-only
 * while functions are enabled).
 */
public final class VirtualFunctions {

    // spotless:off
    private static final int FIRST_EXTENDED = 0x100;
    private static final int SRIOV_ID       = 0x0010;
    private static final int CONTROL        = 0x08;
    private static final int TOTAL          = 0x0e;
    private static final int COUNT          = 0x10;
    private static final int FIRST_OFFSET   = 0x14;
    private static final int STRIDE         = 0x16;
    // spotless:on

    private static final int CONTROL_ENABLE = 1;
    private static final int CONTROL_MEMORY = 1 << 3;
    private static final int CONTROL_ARI = 1 << 4;
    private static final int MOST_CAPABILITIES = 96;
    private static final long SETTLE_NANOS = 1_000_000_000L;
    private static final long APPEAR_NANOS = 2_000_000_000L;

    private final PhysicalGpu gpu;
    private final Waiter waiter;
    private final int base;

    /**
     * Finds the capability.
     *
     * @throws GpuMediationException if the board has none
     */
    public VirtualFunctions(PhysicalGpu gpu, Waiter waiter) {
        this.gpu = gpu;
        this.waiter = waiter;
        base = find();
    }

    private int find() {
        int at = FIRST_EXTENDED;
        for (int i = 0;
                i < MOST_CAPABILITIES && at >= FIRST_EXTENDED && at < gpu.configLength();
                i++) {
            int header = gpu.readConfig(at, 4);
            if ((header & 0xffff) == SRIOV_ID) {
                return at;
            }
            at = header >>> 20 & ~3;
        }
        throw new GpuMediationException(gpu.identity() + ": has no SR-IOV capability");
    }

    private int read(int register) {
        return gpu.readConfig(base + register, 2);
    }

    /** Returns how many there can be. */
    public int total() {
        return read(TOTAL);
    }

    /** Returns how many are switched on. */
    public int enabled() {
        return (read(CONTROL) & CONTROL_ENABLE) != 0 ? read(COUNT) : 0;
    }

    /**
     * Returns the routing id of one, relative to the physical function's: valid while they are on.
     */
    public int routingOffset(int index) {
        return read(FIRST_OFFSET) + index * read(STRIDE);
    }

    /**
     * Switches functions on and waits until all of them are there. All or none: if one does not
     * come up, all are switched off again.
     *
     * @param count 1 to {@link #total}
     * @return how many there are: {@code count}
     * @throws IllegalArgumentException if the count is out of range
     * @throws IllegalStateException if another number is switched on already
     * @throws GpuMediationException if fewer come up; the message says how many
     */
    public int enable(int count) {
        if (count < 1 || count > total()) {
            throw new IllegalArgumentException(
                    "virtual functions " + count + ": expected 1 to " + total());
        }
        int now = enabled();
        if (now == count) {
            return count;
        }
        if (now != 0) {
            throw new IllegalStateException(
                    "virtual functions " + count + ": " + now + " are switched on, expected 0");
        }
        gpu.writeConfig(base + CONTROL, 2, CONTROL_ARI);
        gpu.writeConfig(base + COUNT, 2, count);
        gpu.writeConfig(base + CONTROL, 2, CONTROL_ARI | CONTROL_ENABLE | CONTROL_MEMORY);
        boolean all = waiter.until(APPEAR_NANOS, () -> gpu.virtualFunction(count - 1).isPresent());
        if (!all) {
            int present = present(count);
            disable();
            throw new GpuMediationException(
                    "virtual functions: asked for "
                            + count
                            + ", "
                            + present
                            + " came up; switched off again");
        }
        return count;
    }

    private int present(int count) {
        int present = 0;
        for (int i = 0; i < count; i++) {
            present += gpu.virtualFunction(i).isPresent() ? 1 : 0;
        }
        return present;
    }

    /** Switches all of them off. */
    public void disable() {
        if (enabled() == 0) {
            return;
        }
        gpu.writeConfig(base + CONTROL, 2, 0);
        long began = waiter.nanoTime();
        boolean settled =
                waiter.until(
                        SETTLE_NANOS,
                        () ->
                                gpu.virtualFunction(0).isEmpty()
                                        && waiter.nanoTime() - began >= SETTLE_NANOS / 2);
        if (settled) {
            gpu.writeConfig(base + COUNT, 2, 0);
        }
    }

    /** Returns one of them; empty while it does not exist. */
    public Optional<PhysicalGpu> function(int index) {
        return gpu.virtualFunction(index);
    }
}
