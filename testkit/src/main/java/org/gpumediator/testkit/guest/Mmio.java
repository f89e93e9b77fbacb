package org.gpumediator.testkit.guest;

/**
 * Offsets in BAR 0 and field values that the scripted driver uses. Source: Haswell PRM volumes 2c
 * and 5; values as the i915 driver programs them.
 */
final class Mmio {

    private Mmio() {}

    // spotless:off
    // Virtual GPU information page.
    static final int PVINFO                = 0x7_8000;
    static final int PVINFO_MAJOR          = PVINFO + 0x08;
    static final int PVINFO_CAPS           = PVINFO + 0x10;
    static final int PVINFO_MAPPABLE_BASE  = PVINFO + 0x40;
    static final int PVINFO_MAPPABLE_SIZE  = PVINFO + 0x44;
    static final int PVINFO_HIDDEN_BASE    = PVINFO + 0x48;
    static final int PVINFO_HIDDEN_SIZE    = PVINFO + 0x4c;
    static final int PVINFO_FENCES         = PVINFO + 0x50;
    static final int PVINFO_DISPLAY_READY  = PVINFO + 0x804;
    static final long PVINFO_MAGIC         = 0x4776_5447_7654_4776L;
    static final int PVINFO_CAPS_FULL_PPGTT = 1 << 2;

    // One set per engine, relative to its base.
    static final int RING_TAIL             = 0x30;
    static final int RING_HEAD             = 0x34;
    static final int RING_START            = 0x38;
    static final int RING_CTL              = 0x3c;
    static final int RING_PSMI_CTL         = 0x50;
    static final int RING_ACTHD            = 0x74;
    static final int RING_HWSTAM           = 0x98;
    static final int RING_MI_MODE          = 0x9c;
    static final int RING_IMR              = 0xa8;
    static final int RING_INSTPM           = 0xc0;
    static final int RING_PP_DIR_DCLV      = 0x220;
    static final int RING_PP_DIR_BASE      = 0x228;
    static final int RING_GFX_MODE         = 0x29c;

    static final int HEAD_OFFSET           = 0x001f_fffc;
    static final int CTL_VALID             = 1;
    static final int MI_MODE_STOP          = 0x0100_0100;
    static final int MI_MODE_GO            = 0x0100_0000;
    static final int MI_MODE_IDLE          = 1 << 9;
    static final int INSTPM_SYNC_FLUSH     = 1 << 5;
    static final int INSTPM_FLUSH_TLB      = 0x0220_0220;
    static final int INSTPM_TLB_INVALIDATE = 0x0200_0200;
    static final int GFX_MODE_PPGTT        = 0x0200_0200;

    // Interrupt banks: ISR, IMR, IIR, IER at +0, +4, +8, +c.
    static final int DE                    = 0x4_4000;
    static final int GT                    = 0x4_4010;
    static final int PM                    = 0x4_4020;
    static final int PCH                   = 0xc_4000;
    static final int ISR                   = 0x0;
    static final int IMR                   = 0x4;
    static final int IIR                   = 0x8;
    static final int IER                   = 0xc;
    static final int DE_MASTER             = 1 << 31;
    static final int PSR_IIR               = 0x6_4838;
    static final int ERR_INT               = 0x4_4040;
    static final int SERR_INT              = 0xc_4040;

    // One of a kind.
    static final int GDRST                 = 0x941c;
    static final int GDRST_FULL            = 1;
    static final int FPGA_DBG              = 0x4_2300;
    static final int GTFIFODBG             = 0x12_0000;
    static final int FENCE                 = 0x10_0000;
    static final int GFX_FLSH_CNTL         = 0x10_1008;
    static final int MAD_DIMM_C0           = 0x14_5004;
    static final int MAD_DIMM_C1           = 0x14_5008;
    static final int LCPLL_CTL             = 0x13_0040;
    static final int POWER_WELL_DRIVER     = 0x4_5404;
    static final int SBI_ADDR              = 0xc_6000;
    static final int SBI_DATA              = 0xc_6004;
    static final int SBI_CTL_STAT          = 0xc_6008;
    static final int GMBUS0                = 0xc_5100;
    static final int GMBUS4                = 0xc_5110;
    static final int RP_STATE_CAP          = 0x14_5998;
    static final int PCODE_MAILBOX         = 0x13_8124;
    static final int PCODE_DATA            = 0x13_8128;
    static final int PCODE_DATA1           = 0x13_812c;
    static final int PMINTRMSK             = 0xa168;
    static final int CACHE_MODE_0          = 0x7000;
    static final int CACHE_MODE_1          = 0x7004;

    static final int GTT                   = 0x20_0000;
    // spotless:on

    /** Straps, slice and fuse registers read once while probing. */
    static final int[] PROBE_READS = {
        0x4_2014, 0xc_2014, 0xc_6204, 0x911c, 0x12_0010, 0x14_5e04, 0x2024, 0x2064, 0x20b0
    };

    /** Fault registers: read, then cleared by writing back. */
    static final int[] FAULTS = {0x4094, 0x4194, 0x4294, 0x4394};

    /** Display state read once while probing; everything is off. */
    static final int[] DISPLAY_READS = {
        0x14_5d10, 0x14_5d14, 0x6_0400, 0x6_f400, 0x7_0008, 0x7_1008, 0x7_2008, 0x7_0180,
        0x7_1180, 0x7_2180, 0x7_2280, 0x4_5100, 0x4_5104, 0x4_5108, 0x4_5200, 0x4_5000,
        0x4_6020, 0x4_6040, 0x4_6060, 0x4_1000
    };

    /** Clock gating and workarounds: register, value written. */
    static final int[][] WORKAROUNDS = {
        {0x4_20b0, 0x0000_0000},
        {0x9030, 0x0000_0008},
        {0x4090, 0x0000_0000},
        {0xf_0060, 0x0000_0000},
        {0xb038, 0x0800_0000},
        {0x1_4090, 0x0000_0000},
        {0xe49c, 0x0040_0040},
        {CACHE_MODE_0, 0x0200_0200},
        {CACHE_MODE_1, 0x0040_0040},
        {0x7008, 0x0180_0100},
        {0xe184, 0x0002_0002},
    };
}
