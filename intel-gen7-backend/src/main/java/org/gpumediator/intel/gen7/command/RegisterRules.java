package org.gpumediator.intel.gen7.command;

import static org.gpumediator.intel.gen7.command.Gen7Commands.ALL;
import static org.gpumediator.intel.gen7.command.Gen7Commands.BCS;
import static org.gpumediator.intel.gen7.command.Gen7Commands.RCS;
import static org.gpumediator.intel.gen7.command.RegisterRules.Write.COUNTERS;
import static org.gpumediator.intel.gen7.command.RegisterRules.Write.DIRECTORY;
import static org.gpumediator.intel.gen7.command.RegisterRules.Write.EMULATED;
import static org.gpumediator.intel.gen7.command.RegisterRules.Write.MASKED;
import static org.gpumediator.intel.gen7.command.RegisterRules.Write.NEVER;
import static org.gpumediator.intel.gen7.command.RegisterRules.Write.PLAIN;
import static org.gpumediator.intel.gen7.command.RegisterRules.Write.TRACKED;
import static org.gpumediator.intel.gen7.command.RegisterRules.Write.VALUE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which registers a guest's command streams may load and store. What is not listed is refused.
 *
 * <p>Listed is what the i915 command parser grants to user batches, and what kernel drivers load in
 * their rings. Every register that may be written either belongs to the virtual GPU while it is on
 * the hardware, so that saving and restoring it keeps guests apart, or is emulated.
 *
 * <p>Sources: i915 gen7 and Haswell register white lists; ring contents of Linux 6.1 and 7.2; XenGT
 * exceptions for 0x44050, 0xa188, 0x138064 and 0x42008.
 */
final class RegisterRules {

    /** What may be written to a register. */
    enum Write {
        /** Nothing. */
        NEVER,
        /** Anything, from anywhere. */
        PLAIN,
        /** A masked register: immediates whose write-enable half names only listed bits. */
        MASKED,
        /** As {@link #MASKED}, and the mediator hears of it. */
        TRACKED,
        /**
         * Immediates that have only listed bits. With all bits listed: what kernel drivers load in
         * their rings, always as an immediate, and a user's batch may not.
         */
        VALUE,
        /** Immediates that name a page directory inside the slice. */
        DIRECTORY,
        /** Immediates that never reach the GPU: the guest's own register changes instead. */
        EMULATED,
        /** Immediates that never reach the GPU, which is no fault: the counters are the host's. */
        COUNTERS
    }

    /** How far PP_DIR_BASE is behind PP_DIR_DCLV. */
    private static final int BASE_BEHIND_VALID = 8;

    private enum Read {
        READABLE,
        HIDDEN
    }

    /** One register, or a run of them. */
    private record Rule(
            String name, int offset, int count, int engines, Write write, int bits, Read read) {}

    /** Bits 22:2 of a register operand hold the offset. */
    static final int OFFSET_MASK = 0x7f_fffc;

    private static final int MMIO_BYTES = 0x20_0000;
    private static final int PAGE_SHIFT = 12;
    private static final int PAGE_DWORDS = 1024;
    private static final int[] BASES = {0x2000, 0x2_2000, 0x1_2000, 0x1_a000};
    private static final List<Rule> RULES = declare();
    private static final RegisterRules[] OF_ENGINE = {
        new RegisterRules(0), new RegisterRules(1), new RegisterRules(2), new RegisterRules(3)
    };

    /** By page of 4 KiB and dword: number of the rule, 0 for none. */
    private final byte[][] pages = new byte[MMIO_BYTES >>> PAGE_SHIFT][];

    private final Write[] writes = new Write[RULES.size() + 1];
    private final int[] bits = new int[RULES.size() + 1];
    private final boolean[] readable = new boolean[RULES.size() + 1];

    private RegisterRules(int engine) {
        byte[] nothing = new byte[PAGE_DWORDS];
        Arrays.fill(pages, nothing);
        writes[0] = NEVER;
        for (int number = 1; number <= RULES.size(); number++) {
            Rule rule = RULES.get(number - 1);
            writes[number] = rule.write();
            bits[number] = rule.bits();
            readable[number] = rule.read() == Read.READABLE;
            for (int i = 0; (rule.engines() & 1 << engine) != 0 && i < rule.count(); i++) {
                put(nothing, rule, rule.offset() + i * Integer.BYTES, number);
            }
        }
    }

    private void put(byte[] nothing, Rule rule, int offset, int number) {
        int page = offset >>> PAGE_SHIFT;
        if (pages[page] == nothing) {
            pages[page] = new byte[PAGE_DWORDS];
        }
        int dword = offset >>> 2 & PAGE_DWORDS - 1;
        if (pages[page][dword] != 0) {
            throw new IllegalArgumentException(
                    rule.name() + " and " + RULES.get(pages[page][dword] - 1).name());
        }
        pages[page][dword] = (byte) number;
    }

    /** Returns the rules for the streams of an engine. */
    static RegisterRules of(int engine) {
        return OF_ENGINE[engine];
    }

    // spotless:off
    private static List<Rule> declare() {
        List<Rule> rules = new ArrayList<>();
        for (int engine = 0; engine < BASES.length; engine++) {
            int own = 1 << engine;
            int base = BASES[engine];
            //                  name                         offset        count  engines write      bits         read
            rules.add(new Rule("RING_SYNC",                  base + 0x40,      3, ALL,    PLAIN,     0,           Read.READABLE)); // of every engine: all are the guest's while one is
            rules.add(new Rule("RING_PSMI_CTL",              base + 0x50,      1, ALL,    EMULATED,  0,           Read.READABLE));
            rules.add(new Rule("RING_HWSTAM",                base + 0x98,      1, own,    VALUE,     -1,          Read.READABLE));
            rules.add(new Rule("RING_MI_MODE",               base + 0x9c,      1, own,    MASKED,    0xf4ff,      Read.READABLE)); // not: stop, idle, UHPTR
            rules.add(new Rule("RING_INSTPM",                base + 0xc0,      1, own,    TRACKED,   0xffff,      Read.READABLE));
            rules.add(new Rule("RING_PP_DIR_DCLV",           base + 0x220,     1, own,    VALUE,     -1,          Read.READABLE));
            rules.add(new Rule("RING_PP_DIR_BASE",           base + 0x228,     1, own,    DIRECTORY, 0,           Read.READABLE));
            rules.add(new Rule("RING_TIMESTAMP",             base + 0x358,     2, ALL,    NEVER,     0,           Read.READABLE));
        }
        // What i915 loads to open a set of performance counters. Source: its lists of addresses for
        // such sets on gen7 and Haswell (i915_perf).
        //                      name                         offset        count  engines write      bits         read
        rules.add(new Rule("OASTARTTRIG",                    0x2710,           8, ALL,    COUNTERS,  0,           Read.HIDDEN));
        rules.add(new Rule("OAREPORTTRIG",                   0x2740,           8, ALL,    COUNTERS,  0,           Read.HIDDEN));
        rules.add(new Rule("OACEC",                          0x2770,          16, ALL,    COUNTERS,  0,           Read.HIDDEN));
        rules.add(new Rule("OA_PERFCNT",                     0x91b8,           6, ALL,    COUNTERS,  0,           Read.HIDDEN));
        rules.add(new Rule("NOA_MICRO_BREAKPOINTS",          0x9800,          35, ALL,    COUNTERS,  0,           Read.HIDDEN));
        rules.add(new Rule("NOA_MBVID2",                     0x9e80,          10, ALL,    COUNTERS,  0,           Read.HIDDEN));
        rules.add(new Rule("NOA_MBVID2_MISR",                0x9ec0,           1, ALL,    COUNTERS,  0,           Read.HIDDEN));
        rules.add(new Rule("HALF_SLICE_CHICKEN2",            0xe180,           1, ALL,    COUNTERS,  0,           Read.HIDDEN));
        rules.add(new Rule("NOA_MUX",                        0x2_5100,    0x2ba5, ALL,    COUNTERS,  0,           Read.HIDDEN));
        //                      name                         offset        count  engines write      bits         read
        rules.add(new Rule("UNNAMED_2088",                   0x2088,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("3D_CHICKEN3",                    0x2090,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("UNNAMED_20DC",                   0x20dc,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("UNNAMED_20E4",                   0x20e4,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("GPGPU_THREADS_DISPATCHED",       0x2290,           2, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("PIPELINE_STATISTICS",            0x2300,          22, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("MI_PREDICATE_SRC",               0x2400,           4, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("3DPRIM_END_OFFSET",              0x2420,           1, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("3DPRIM",                         0x2430,           5, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("VFSKPD",                         0x2470,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("GPGPU_DISPATCHDIM",              0x2500,           3, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("CS_GPR",                         0x2600,          32, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("SO_NUM_PRIMS_WRITTEN",           0x5200,           8, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("SO_PRIM_STORAGE_NEEDED",         0x5240,           8, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("SO_WRITE_OFFSET",                0x5280,           4, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("CACHE_MODE_0",                   0x7000,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("CACHE_MODE_1",                   0x7004,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("GT_MODE",                        0x7008,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("COMMON_SLICE_CHICKEN1",          0x7010,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("COMMON_SLICE_CHICKEN2",          0x7014,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("L3SQCREG1",                      0xb010,           1, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("L3CNTLREG1",                     0xb01c,           1, RCS,    VALUE,     -1,          Read.READABLE));
        rules.add(new Rule("L3CNTLREG2",                     0xb020,           1, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("L3CNTLREG3",                     0xb024,           1, RCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("L3_CHICKEN_MODE",                0xb030,           1, RCS,    VALUE,     -1,          Read.READABLE));
        rules.add(new Rule("L3SQCREG4",                      0xb034,           1, RCS,    VALUE,     -1,          Read.READABLE));
        rules.add(new Rule("SCRATCH1",                       0xb038,           1, RCS,    VALUE,     0x0800_0000, Read.READABLE)); // L3 atomics disable
        rules.add(new Rule("HALF_SLICE_CHICKEN1",            0xe100,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("HALF_SLICE_CHICKEN3",            0xe184,           1, RCS,    MASKED,    0xffff,      Read.READABLE));
        rules.add(new Rule("ROW_CHICKEN3",                   0xe49c,           1, RCS,    VALUE,     0x0040_0040, Read.READABLE)); // L3 atomics disable
        rules.add(new Rule("BCS_SWCTRL",                     0x2_2200,         1, BCS,    PLAIN,     0,           Read.READABLE));
        rules.add(new Rule("FORCEWAKE_MT",                   0xa188,           1, ALL,    EMULATED,  0,           Read.HIDDEN));
        rules.add(new Rule("DISPLAY_CHICKEN_42008",          0x4_2008,         1, ALL,    EMULATED,  0,           Read.HIDDEN));
        rules.add(new Rule("DERRMR",                         0x4_4050,         1, ALL,    EMULATED,  0,           Read.HIDDEN));
        rules.add(new Rule("UNNAMED_138064",                 0x13_8064,        1, ALL,    EMULATED,  0,           Read.HIDDEN));
        return rules;
    }
    // spotless:on

    private int rule(int operand) {
        int offset = operand & OFFSET_MASK;
        return offset < MMIO_BYTES
                ? pages[offset >>> PAGE_SHIFT][offset >>> 2 & PAGE_DWORDS - 1]
                : 0;
    }

    /** Returns what may be written to the register an operand names. */
    Write write(int operand) {
        return writes[rule(operand)];
    }

    /** Returns whether a value obeys the rule of a {@code MASKED}, {@code TRACKED} or VALUE row. */
    boolean accepts(int operand, int value) {
        int rule = rule(operand);
        int touched = writes[rule] == VALUE ? value : value >>> 16;
        return (touched & ~bits[rule]) == 0;
    }

    /** Returns whether the register an operand names may be stored to memory or copied. */
    boolean readable(int operand) {
        return readable[rule(operand)];
    }

    /**
     * Returns the register to read where a guest reads the one an operand names. PP_DIR_BASE of the
     * hardware says where the mediator keeps the guest's directory, which depends on how many
     * others have: PP_DIR_DCLV, which the guest loads itself, is read in its place. Drivers store
     * it only to wait until a directory has been loaded, and the wait is the same. Source: i915
     * (its change of address spaces on gen7).
     */
    int source(int operand) {
        return write(operand) == Write.DIRECTORY ? operand - BASE_BEHIND_VALID : operand;
    }
}
