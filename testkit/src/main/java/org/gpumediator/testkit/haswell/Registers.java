package org.gpumediator.testkit.haswell;

import static org.gpumediator.testkit.haswell.InterruptTree.DE;
import static org.gpumediator.testkit.haswell.InterruptTree.GT;
import static org.gpumediator.testkit.haswell.InterruptTree.PCH;
import static org.gpumediator.testkit.haswell.InterruptTree.PM;

import org.gpumediator.testkit.haswell.RegisterRules.OnRead;
import org.gpumediator.testkit.haswell.RegisterRules.OnWrite;

/**
 * The behaviours of the Haswell registers a driver can tell from plain storage.
 *
 * <p>Source: register headers of i915 in Linux 6.1 for offsets and bits; the order in which that
 * driver uses them for what must answer.
 */
final class Registers {

    // Per engine, relative to the engine's base.
    static final int RING_TAIL = 0x30;
    static final int RING_HEAD = 0x34;
    static final int RING_START = 0x38;
    static final int RING_CTL = 0x3c;
    static final int BB_OFFSET = 0x158;
    static final int RING_SYNC_0 = 0x40;
    static final int RING_SYNC_1 = 0x44;
    static final int RING_SYNC_2 = 0x48;
    static final int RING_IPEIR = 0x64;
    static final int RING_IPEHR = 0x68;
    static final int RING_INSTDONE = 0x6c;
    static final int RING_ACTHD = 0x74;
    static final int RING_DMA_FADD = 0x78;
    static final int RING_NOPID = 0x94;
    static final int RING_HWSTAM = 0x98;
    static final int RING_MI_MODE = 0x9c;
    static final int RING_IMR = 0xa8;
    static final int RING_EIR = 0xb0;
    static final int RING_EMR = 0xb4;
    static final int RING_ESR = 0xb8;
    static final int RING_INSTPM = 0xc0;
    static final int RING_UHPTR = 0x134;
    static final int RING_BBADDR = 0x140;
    static final int RING_CCID = 0x180;
    static final int RING_PP_DCLV = 0x220;
    static final int RING_PP_DIR_BASE = 0x228;
    static final int RING_MODE = 0x29c;
    static final int RING_TIMESTAMP = 0x358;

    static final int MI_MODE_STOP_RING = 1 << 8;
    static final int MI_MODE_IDLE = 1 << 9;
    static final int INSTPM_SYNC_FLUSH = 1 << 5;
    static final int INSTPM_TLB_INVALIDATE = 1 << 9;
    static final int MODE_PPGTT_ENABLE = 1 << 9;

    // Render engine.
    static final int MI_PREDICATE_RESULT_2 = 0x2214;
    static final int PS_DEPTH_COUNT = 0x2350;
    static final int MI_PREDICATE_SRC0 = 0x2400;
    static final int MI_PREDICATE_SRC1 = 0x2408;
    static final int MI_PREDICATE_DATA = 0x2410;
    static final int MI_PREDICATE_RESULT = 0x2418;
    static final int CS_GPR = 0x2600;

    // Blitter.
    static final int BCS_SWCTRL = 0x2_2200;

    // Interrupt blocks: status, mask, identity, enable.
    static final int DE_BLOCK = 0x4_4000;
    static final int GT_BLOCK = 0x4_4010;
    static final int PM_BLOCK = 0x4_4020;
    static final int PCH_BLOCK = 0xc_4000;

    static final int GDRST = 0x941c;
    static final int GDRST_FULL = 1;
    static final int FENCE = 0x10_0000;
    static final int FENCES = 32;
    static final int GFX_FLSH_CNTL = 0x10_1008;
    static final int FORCEWAKE_MT = 0xa188;
    static final int FORCEWAKE = 0xa18c;
    static final int RC_CONTROL = 0xa090;
    static final int FORCEWAKE_ACK_HSW = 0x13_0044;
    static final int FORCEWAKE_ACK = 0x13_0090;
    static final int GT_THREAD_STATUS = 0x13_805c;
    static final int GT_CORE_STATUS = 0x13_8060;

    private static final int[] ENGINES = bases();
    private static final int[] PIPES = {0, 0x1000, 0x2000};
    private static final int[] PORTS = {0, 0x100, 0x200, 0x300, 0x400};

    private static final OnRead STORED = (chip, offset, stored) -> stored;
    private static final OnWrite IGNORED = (chip, offset, stored, value) -> stored;
    private static final OnWrite ONE_CLEARS = (chip, offset, stored, value) -> stored & ~value;
    private static final OnWrite MASKED = (chip, offset, stored, value) -> masked(stored, value);
    private static final OnWrite STORES = (chip, offset, stored, value) -> value;

    private Registers() {}

    static final RegisterRules RULES = declare();

    // spotless:off
    private static RegisterRules declare() {
        RegisterRules.Builder rules = RegisterRules.builder();

        // Rings. What an engine looks at while it runs lives in the engine.
        //         blocks   offset             read                                            write
        rules
            .each(ENGINES, RING_TAIL,         (c, o, s) -> c.engineAt(o).tail(),               (c, o, s, v) -> c.engineAt(o).writeTail(v))
            .each(ENGINES, RING_HEAD,         (c, o, s) -> c.engineAt(o).head(),               (c, o, s, v) -> c.engineAt(o).writeHead(v))
            .each(ENGINES, RING_START,        STORED,                                          (c, o, s, v) -> c.engineAt(o).writeStart(v))
            .each(ENGINES, RING_CTL,          (c, o, s) -> c.engineAt(o).control(),            (c, o, s, v) -> c.engineAt(o).writeControl(v))
            .each(ENGINES, RING_ACTHD,        (c, o, s) -> c.engineAt(o).activeHead(),         IGNORED)
            .each(ENGINES, RING_DMA_FADD,     (c, o, s) -> c.engineAt(o).activeHead(),         IGNORED)
            .each(ENGINES, RING_BBADDR,       (c, o, s) -> c.engineAt(o).batchAddress(),       IGNORED)
            .each(ENGINES, RING_IPEHR,        (c, o, s) -> c.engineAt(o).parserHeader(),       IGNORED)
            .each(ENGINES, RING_IPEIR,        STORED,                                          IGNORED)
            .each(ENGINES, RING_NOPID,        STORED,                                          IGNORED)
            .each(ENGINES, RING_INSTDONE,     (c, o, s) -> c.engineAt(o).done(),               IGNORED)
            .each(ENGINES, RING_MI_MODE,      (c, o, s) -> c.engineAt(o).mode(s),              (c, o, s, v) -> c.engineAt(o).writeMode(s, v))
            .each(ENGINES, RING_EIR,          STORED,                                          ONE_CLEARS)
            .each(ENGINES, RING_ESR,          STORED,                                          IGNORED)
            .each(ENGINES, RING_INSTPM,       STORED,                                          (c, o, s, v) -> c.engineAt(o).writeInstpm(s, v))
            .each(ENGINES, RING_PP_DCLV,      STORED,                                          (c, o, s, v) -> c.engineAt(o).writeDirectoryValid(v))
            .each(ENGINES, RING_PP_DIR_BASE,  STORED,                                          (c, o, s, v) -> c.engineAt(o).writeDirectory(v))
            .each(ENGINES, RING_MODE,         STORED,                                          (c, o, s, v) -> c.engineAt(o).writePagingMode(s, v))
            .each(ENGINES, RING_TIMESTAMP,    (c, o, s) -> (int) c.engineAt(o).timestamp(),    IGNORED)
            .each(ENGINES, RING_TIMESTAMP + 4, (c, o, s) -> (int) (c.engineAt(o).timestamp() >>> 32), IGNORED)
            .at(STORED, MASKED, 0x2088, 0x2090, 0x20dc, 0x20e0, 0x20e4, 0x2120, 0x2124, 0x2470, 0x4030,
                             0x7000, 0x7004, 0x7008, 0x7010, 0x7014, 0x7018, BCS_SWCTRL, 0xe100, 0xe180, 0xe184, 0xe49c)
            .at((c, o, s) -> c.engineOfFault(o).lastFault(), (c, o, s, v) -> c.clearFault(o, v),
                             0x4094, 0x4194, 0x4294, 0x4394);

        // Interrupts.
        block(rules, DE_BLOCK,  DE);
        block(rules, GT_BLOCK,  GT);
        block(rules, PM_BLOCK,  PM);
        block(rules, PCH_BLOCK, PCH);
        rules.at(STORED, ONE_CLEARS, 0x6_4838, 0x4_4040, 0xc_4040, 0x4_2300, 0x12_0000,
                                     0xf_0014, 0xf_1014, 0xf_2014);

        // Reset, memory, power.
        rules
            .at(STORED,                                   (c, o, s, v) -> c.resetEngines(v),      GDRST)
            .at(STORED,                                   (c, o, s, v) -> c.flushGlobal(v),       GFX_FLSH_CNTL)
            .at(STORED,                                   (c, o, s, v) -> c.setFence(o, v),       fences())
            .at(STORED,                                   MASKED,                                 FORCEWAKE_MT)
            .at((c, o, s) -> c.registers.get(FORCEWAKE_MT) & 0xffff, IGNORED,                     FORCEWAKE_ACK_HSW)
            .at((c, o, s) -> c.registers.get(FORCEWAKE) & 1, IGNORED,                             FORCEWAKE_ACK)
            .at((c, o, s) -> c.powerStatus(),             IGNORED,                                GT_THREAD_STATUS, GT_CORE_STATUS)
            .at(STORED,                                   IGNORED,                                0x12_0008)
            .at(STORED,                                   (c, o, s, v) -> v & ~(1 << 31 | 0xff),  0x13_8124)
            .at(STORED,                                   (c, o, s, v) -> follow(v, 31, 30),
                    0x4_5400, 0x4_5404, 0x4_5408, 0x4_540c, 0x4_5410, 0x4_5414);

        // Display.
        rules
            .at(STORED,            (c, o, s, v) -> follow(follow(v, 21, 19) ^ 1 << 31, 31, 30) ^ 1 << 31, 0x13_0040)
            .at(STORED,            (c, o, s, v) -> v & ~7,                                         0xc_6008)
            .at(STORED,            (c, o, s, v) -> follow(v, 12, 13),                              0xc_2004)
            .at(STORED,            (c, o, s, v) -> follow(v, 31, 30),                              0xf_0008, 0xf_1008, 0x7_f008)
            .at(STORED,            (c, o, s, v) -> c.panelPower(v),                                0xc_7204)
            .at(STORED,            IGNORED,                                                        0xc_7200)
            .at(STORED,            (c, o, s, v) -> v & ~(1 << 16 | 3 << 24),                       0xe_1100)
            .at(STORED,            (c, o, s, v) -> c.monitorBusControl(v),                         0xc_5104)
            .at(STORED,            Registers::auxControl,                                          0x6_4010, 0xe_4110, 0xe_4210, 0xe_4310)
            .each(PIPES, 0x7_0000, (c, o, s) -> c.display.scanLine(pipe(o)),                       IGNORED)
            .each(PIPES, 0x7_0008, STORED,                  (c, o, s, v) -> c.display.configure(pipe(o), follow(v, 31, 30)))
            .each(PIPES, 0x7_0040, (c, o, s) -> c.display.frames(pipe(o)),                         IGNORED)
            .each(PIPES, 0x7_0044, STORED,                                                         STORES)
            .each(PIPES, 0x7_0084, STORED,                  (c, o, s, v) -> c.moveCursor(pipe(o), v))
            .each(PIPES, 0x7_019c, STORED,                  (c, o, s, v) -> c.display.flip(pipe(o), v))
            .each(PIPES, 0x7_029c, STORED,                  (c, o, s, v) -> c.display.flipSprite(pipe(o), v))
            .each(PORTS, 0x6_4000, STORED,                  (c, o, s, v) -> idleUnless(v))
            .each(PORTS, 0x6_4040, STORED,                  (c, o, s, v) -> c.trainingControl(o, v))
            .each(PORTS, 0x6_4044, STORED,                  ONE_CLEARS);
        return rules.build();
    }

    /** What registers hold after power-on where that is not zero. */
    private static final int[][] RESET_VALUES = {
        // offset        value
        { 0x00_a180,     1 << 5       }, // ECOBUS: forcewake of several threads
        { 0x04_2014,     0            }, // FUSE_STRAP: nothing fused off
        { 0x0c_2014,     0x40         }, // SFUSE_STRAP: no CRT, no digital port
        { 0x0e_651c,     0x0002_0000  },
        { 0x0e_661c,     0x0002_0000  },
        { 0x0e_671c,     0x0002_0000  },
        { 0x0e_681c,     0x0002_0000  },
        { 0x0e_6c04,     3            },
        { 0x0e_6e1c,     0x002f_0000  },
        { 0x12_0008,     0x3f         }, // GTFIFO_FREE_ENTRIES
        { 0x13_0040,     0x4000_0000  }, // LCPLL_CTL: locked, 450 MHz
        { 0x14_5004,     0x0062_0020  }, // MAD_DIMM_CH0: two channels that differ, so no bit-6 swizzle
        { 0x14_5008,     0x0060_0010  }, // MAD_DIMM_CH1
        { 0x14_5998,     0x0007_0d18  }, // RP_STATE_CAP
        { 0x06_4000,     1 << 7       }, // DDI_BUF_CTL: idle
        { 0x06_4100,     1 << 7       },
        { 0x06_4200,     1 << 7       },
        { 0x06_4300,     1 << 7       },
        { 0x06_4400,     1 << 7       },
        { 0x0c_5108,     1 << 11      }, // GMBUS2: ready
    };
    // spotless:on

    /** Registers outside the render engine's block that its reset takes along, seen on Haswell. */
    private static final int[] RESET_WITH_RENDER = {
        0x4090, 0x7000, 0x7004, 0x902c, 0x9400, 0x9404, 0x9424, 0x4_2000, 0x4_2020
    };

    private static void block(RegisterRules.Builder rules, int base, int block) {
        rules.at((c, o, s) -> c.interrupts.status(block), IGNORED, base)
                .at(
                        (c, o, s) -> c.interrupts.mask(block),
                        (c, o, s, v) -> {
                            c.interrupts.setMask(block, v);
                            return s;
                        },
                        base + 4)
                .at(
                        (c, o, s) -> c.interrupts.identity(block),
                        (c, o, s, v) -> {
                            c.interrupts.clearIdentity(block, v);
                            return s;
                        },
                        base + 8)
                .at(
                        (c, o, s) -> c.interrupts.enable(block),
                        (c, o, s, v) -> {
                            c.interrupts.setEnable(block, v);
                            return s;
                        },
                        base + 12);
    }

    static void powerOn(RegisterFile file) {
        file.clear();
        for (int[] row : RESET_VALUES) {
            file.set(row[0], row[1]);
        }
        for (int base : ENGINES) {
            resetEngine(file, base);
        }
    }

    /** Sets an engine's stored registers to what a reset of the engine leaves. */
    static void resetEngine(RegisterFile file, int base) {
        for (int offset = 0; offset < 0x400; offset += 4) {
            file.set(base + offset, 0);
        }
        file.set(base + RING_IMR, -1);
        file.set(base + RING_HWSTAM, -1);
        file.set(base + RING_EMR, -1);
        if (base == HaswellEngine.RCS.mmioBase()) {
            for (int offset = 0x400; offset < 0x800; offset += 4) {
                file.set(base + offset, 0);
            }
            for (int offset : RESET_WITH_RENDER) {
                file.set(offset, 0);
            }
        }
    }

    /** Merges a write to a register whose high half enables bits of its low half. */
    static int masked(int stored, int value) {
        int enabled = value >>> 16;
        return stored & ~enabled & 0xffff | value & enabled;
    }

    private static int follow(int value, int from, int to) {
        return value & ~(1 << to) | (value >>> from & 1) << to;
    }

    private static int idleUnless(int value) {
        return value < 0 ? value & ~(1 << 7) : value | 1 << 7;
    }

    private static int pipe(int offset) {
        return offset >>> 12 & 3;
    }

    /** An AUX transaction with nothing connected: done, timed out, no longer busy. */
    private static int auxControl(Chip chip, int offset, int stored, int value) {
        int sticky = stored & ~value & (1 << 30 | 1 << 28 | 1 << 25);
        int settings = value & ~(1 << 31 | 1 << 30 | 1 << 28 | 1 << 25);
        return value < 0 ? settings | 1 << 30 | 1 << 28 : settings | sticky;
    }

    private static int[] fences() {
        int[] offsets = new int[2 * FENCES];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = FENCE + 4 * i;
        }
        return offsets;
    }

    private static int[] bases() {
        HaswellEngine[] engines = HaswellEngine.values();
        int[] bases = new int[engines.length];
        for (int i = 0; i < engines.length; i++) {
            bases[i] = engines[i].mmioBase();
        }
        return bases;
    }
}
