package org.gpumediator.intel.gen7.display;

import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/**
 * How fast a pipe scans, worked out from what the guest programmed when it switched it on.
 *
 * <p>Source: Linux i915 for Haswell: totals in HTOTAL and VTOTAL of the transcoder that feeds the
 * pipe; pixel clock from the port's WRPLL (HDMI and DVI) or from the link's symbol clock times M/N
 * (DisplayPort and FDI).
 *
 * @param frameNanos from one vertical blank to the next, 2 ms to 1 s
 * @param lines of a frame, shown or not
 * @param blankLine what PIPEDSL reads as when the vertical blank starts
 * @param transcoder 0 for A, to 3 for the embedded one
 * @param port 0 for A, to 4 for E
 */
record PipeTimings(long frameNanos, int lines, int blankLine, int transcoder, int port) {

    static final int EMBEDDED = 3;

    private static final long DEFAULT_FRAME = 16_666_667L;
    private static final int DEFAULT_LINES = 1125;
    private static final long MIN_FRAME = 2_000_000L;
    private static final long MAX_FRAME = 1_000_000_000L;

    private static final int[] TRANSCODERS = {0x6_0000, 0x6_1000, 0x6_2000, 0x6_f000};
    private static final int VERTICAL_TOTAL = 0x0c;
    private static final int VERTICAL_BLANK = 0x10;
    private static final int LINK_M = 0x40;
    private static final int LINK_N = 0x44;
    private static final int FUNCTION = 0x400;
    private static final int PORT_CLOCKS = 0x4_6100;
    private static final int WRPLL_1 = 0x4_6040;
    private static final int WRPLL_2 = 0x4_6060;

    private static final BitField ENABLE = BitField.bit(31);
    private static final BitField PORT = BitField.range(30, 28);
    private static final BitField MODE = BitField.range(26, 24);
    private static final BitField EMBEDDED_INPUT = BitField.range(14, 12);
    private static final BitField TOTAL = BitField.range(28, 16);
    private static final BitField BLANK_START = BitField.range(12, 0);
    private static final BitField CLOCK_SOURCE = BitField.range(31, 29);
    private static final BitField RATIO = BitField.range(23, 0);
    private static final BitField WRPLL_FEEDBACK = BitField.range(23, 16);
    private static final BitField WRPLL_POST = BitField.range(13, 8);
    private static final BitField WRPLL_REFERENCE = BitField.range(7, 0);

    private static final int HDMI = 0;
    private static final int DVI = 1;
    private static final int PORT_A = 0;

    /** Symbol clocks in kHz by PORT_CLK_SEL: LCPLL 2700, 1350, 810, SPLL 1350. */
    private static final int[] SYMBOL_CLOCKS = {540_000, 270_000, 162_000, 270_000};

    private static final long WRPLL_INPUT_KHZ = 2_700_000L;

    /** Works out the timings of a pipe; what makes no sense scans at 60 Hz. */
    static PipeTimings of(ShadowRegisters registers, int pipe) {
        int transcoder = transcoder(registers, pipe);
        int base = TRANSCODERS[transcoder];
        int function = registers.get(base + FUNCTION);
        int port = transcoder == EMBEDDED ? PORT_A : PORT.get(function);
        int mode = MODE.get(function);
        long clock = clock(registers, base, port, mode);
        int lines = TOTAL.get(registers.get(base + VERTICAL_TOTAL)) + 1;
        long pixels = (TOTAL.get(registers.get(base)) + 1L) * lines;
        boolean sensible = clock > 0 && lines > 1;
        if (!sensible) {
            return new PipeTimings(DEFAULT_FRAME, DEFAULT_LINES, 0, transcoder, port);
        }
        long frame = Math.clamp(pixels * 1_000_000L / clock, MIN_FRAME, MAX_FRAME);
        int ahead = mode == HDMI || mode == DVI ? 2 : 1;
        int start = BLANK_START.get(registers.get(base + VERTICAL_BLANK)) + 1;
        int blankLine = Math.floorMod(start - ahead, lines);
        return new PipeTimings(frame, lines, blankLine, transcoder, port);
    }

    private static int transcoder(ShadowRegisters registers, int pipe) {
        return feeds(registers, pipe) ? EMBEDDED : pipe;
    }

    /** Returns where the timings of the transcoder are that a pipe feeds. */
    static int registersOf(ShadowRegisters registers, int pipe) {
        return TRANSCODERS[transcoder(registers, pipe)];
    }

    /** Whether the embedded transcoder is on and takes its pixels from a pipe. */
    static boolean feeds(ShadowRegisters registers, int pipe) {
        int function = registers.get(TRANSCODERS[EMBEDDED] + FUNCTION);
        return ENABLE.isSet(function) && embeddedInput(registers) == pipe;
    }

    /** Returns the pipe that the embedded transcoder takes its pixels from. */
    static int embeddedInput(ShadowRegisters registers) {
        return switch (EMBEDDED_INPUT.get(registers.get(TRANSCODERS[EMBEDDED] + FUNCTION))) {
            case 5 -> 1;
            case 6 -> 2;
            default -> 0;
        };
    }

    private static long clock(ShadowRegisters registers, int base, int port, int mode) {
        int source = CLOCK_SOURCE.get(registers.get(PORT_CLOCKS + Integer.BYTES * (port & 7)));
        if (mode == HDMI || mode == DVI) {
            return switch (source) {
                case 4 -> wrpll(registers.get(WRPLL_1));
                case 5 -> wrpll(registers.get(WRPLL_2));
                default -> 0;
            };
        }
        int n = RATIO.get(registers.get(base + LINK_N));
        if (n == 0 || source >= SYMBOL_CLOCKS.length) {
            return 0;
        }
        return (long) RATIO.get(registers.get(base + LINK_M)) * SYMBOL_CLOCKS[source] / n;
    }

    private static long wrpll(int control) {
        int divider = WRPLL_POST.get(control) * WRPLL_REFERENCE.get(control);
        return divider == 0 ? 0 : WRPLL_INPUT_KHZ * WRPLL_FEEDBACK.get(control) / 10 / divider * 2;
    }

    /** Returns the line that is scanned so long after a vertical blank has started. */
    int lineAt(long nanosSinceBlank) {
        long since = nanosSinceBlank % frameNanos * lines / frameNanos;
        return (int) ((blankLine + since) % lines);
    }
}
