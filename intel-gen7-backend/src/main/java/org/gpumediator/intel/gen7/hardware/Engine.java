package org.gpumediator.intel.gen7.hardware;

import java.util.List;

/**
 * The four engines of a Haswell GPU.
 *
 * <p>Source: Linux i915 register headers, engine bases and gen7.5 status-page registers; GDRST bits
 * of gen7.5.
 */
public enum Engine {
    // spotless:off
    //   base      status page  GDRST   user interrupt  user interrupt is in
    RCS( 0x2000,   0x4080,      1 << 1, 1 << 0,         Bank.GT),
    BCS( 0x2_2000, 0x4280,      1 << 3, 1 << 22,        Bank.GT),
    VCS( 0x1_2000, 0x4180,      1 << 2, 1 << 12,        Bank.GT),
    VECS(0x1_a000, 0x4380,      1 << 4, 1 << 10,        Bank.PM);
    // spotless:on

    /** Which interrupt block an engine reports to. */
    public enum Bank {
        GT,
        PM
    }

    /** All of them, in the order of their ordinals. */
    public static final List<Engine> ALL = List.of(values());

    /** How many there are. */
    public static final int COUNT = 4;

    private final int base;
    private final int statusPageRegister;
    private final int resetBit;
    private final int userInterrupt;
    private final Bank bank;

    Engine(int base, int statusPageRegister, int resetBit, int userInterrupt, Bank bank) {
        this.base = base;
        this.statusPageRegister = statusPageRegister;
        this.resetBit = resetBit;
        this.userInterrupt = userInterrupt;
        this.bank = bank;
    }

    /** Returns the engine of an ordinal, {@code 0} to {@code 3}. */
    public static Engine of(int index) {
        return ALL.get(index);
    }

    /** Returns the BAR0 offset of its register block. */
    public int base() {
        return base;
    }

    /** Returns the BAR0 offset of its HWS_PGA. */
    public int statusPageRegister() {
        return statusPageRegister;
    }

    /** Returns its bit in GDRST. */
    public int resetBit() {
        return resetBit;
    }

    /** Returns its user-interrupt bit, in {@link #bank} and in its own IMR. */
    public int userInterrupt() {
        return userInterrupt;
    }

    /** Returns the block that holds its interrupt bits. */
    public Bank bank() {
        return bank;
    }

    /** Returns the bit that stands for it in sets of engines: {@code 1 << ordinal()}. */
    public int bit() {
        return 1 << ordinal();
    }
}
