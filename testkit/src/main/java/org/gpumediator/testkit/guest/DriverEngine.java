package org.gpumediator.testkit.guest;

import org.gpumediator.testkit.haswell.HaswellEngine;

/**
 * The four engines of a Haswell GPU as its driver knows them. Source: Haswell PRM volume 2c, ring
 * buffer registers; facts measured with the i915 driver.
 */
enum DriverEngine {
    // spotless:off
    //   base       status page  user interrupt  reset bit  mask kept open in the engine's own IMR
    RCS(0x0_2000,  0x4080,      1 << 0,         1 << 1,    0xffff_ffdf),
    VCS(0x1_2000,  0x4180,      1 << 12,        1 << 2,    0xffff_ffff),
    BCS(0x2_2000,  0x4280,      1 << 22,        1 << 3,    0xffff_ffff),
    VECS(0x1_a000, 0x4380,      1 << 10,        1 << 4,    0xffff_ffff);
    // spotless:on

    private final int base;
    private final int statusPageRegister;
    private final int userInterrupt;
    private final int resetBit;
    private final int idleMask;

    DriverEngine(int base, int statusPageRegister, int userInterrupt, int resetBit, int idleMask) {
        this.base = base;
        this.statusPageRegister = statusPageRegister;
        this.userInterrupt = userInterrupt;
        this.resetBit = resetBit;
        this.idleMask = idleMask;
    }

    static DriverEngine of(HaswellEngine engine) {
        return switch (engine) {
            case RCS -> RCS;
            case VCS -> VCS;
            case BCS -> BCS;
            case VECS -> VECS;
        };
    }

    HaswellEngine publicName() {
        return HaswellEngine.valueOf(name());
    }

    /** Returns the offset in BAR 0 of the engine's register block. */
    int base() {
        return base;
    }

    /** Returns the offset in BAR 0 of one register of the engine. */
    int register(int offset) {
        return base + offset;
    }

    int statusPageRegister() {
        return statusPageRegister;
    }

    /** Returns the bit of the user interrupt: in PM for VECS, in GT for the others. */
    int userInterrupt() {
        return userInterrupt;
    }

    boolean interruptsThroughPm() {
        return this == VECS;
    }

    int resetBit() {
        return resetBit;
    }

    int idleMask() {
        return idleMask;
    }
}
