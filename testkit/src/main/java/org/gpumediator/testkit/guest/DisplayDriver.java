package org.gpumediator.testkit.guest;

import java.util.EnumMap;
import java.util.Map;

/**
 * The display part of the scripted driver: finds monitors, sets modes on each kind of port, flips
 * and moves cursors, with the registers and in the order that the i915 driver uses. Got from {@link
 * ScriptedHaswellGuest#displays}.
 *
 * <p>Source: Linux i915 for Haswell and Lynx Point; VESA DisplayPort 1.2 for link training.
 */
public final class DisplayDriver {

    // spotless:off
    private static final int PIPE_STRIDE      = 0x1000;
    private static final int POWER_WELL       = Mmio.POWER_WELL_DRIVER;
    private static final int POWER_WELL_ON    = 1 << 31;
    private static final int POWER_WELL_STATE = 1 << 30;
    private static final int STRAPS           = 0xc_2014;
    private static final int HOTPLUG          = 0xc_4030;
    private static final int HOTPLUG_ENABLE   = 0x10_1010;
    private static final int PCH_HOTPLUG      = 0xe8_0000;
    private static final int PCH_ADPA         = 0xe_1100;
    private static final int ADPA_ON          = 1 << 31;
    private static final int ADPA_HOTPLUG     = 1 << 23;
    private static final int ADPA_TRIGGER     = 1 << 16;
    private static final int ADPA_MONITOR     = 3 << 24;
    private static final int DDI_A            = 0x6_4000;
    private static final int DDI_STRIDE       = 0x100;
    private static final int DDI_ON           = 1 << 31;
    private static final int DDI_LANES_4      = 3 << 1;
    private static final int TP_CTL           = 0x40;
    private static final int TP_STATUS        = 0x44;
    private static final int TP_ON            = 0x8004_0000;
    private static final int TP_PATTERN_2     = 1 << 8;
    private static final int TP_IDLE          = 2 << 8;
    private static final int TP_NORMAL        = 3 << 8;
    private static final int TP_AUTO          = 1 << 15;
    private static final int TP_TRAINED       = 1 << 12;
    private static final int TP_IDLE_DONE     = 1 << 25;
    private static final int PP_STATUS        = 0xc_7200;
    private static final int PP_CONTROL       = 0xc_7204;
    private static final int PP_ON            = 0x8000_0008;
    private static final int WRPLL_1          = 0x4_6040;
    private static final int WRPLL_2          = 0x4_6060;
    private static final int WRPLL_LCPLL      = 0xb000_0000;
    private static final int PORT_CLOCKS      = 0x4_6100;
    private static final int PIPE_CLOCKS      = 0x4_6140;
    private static final int LCPLL_2700       = 0;
    private static final int SPLL             = 3;
    private static final int CLOCK_OF_WRPLL   = 4;
    private static final int NO_CLOCK         = 7;
    private static final int PCH_PIPECONF     = 0xf_0008;
    private static final int TRANSCODER_A     = 0x6_0000;
    private static final int TRANSCODER_EDP   = 0x6_f000;
    private static final int FUNCTION         = 0x400;
    private static final int SOURCE_SIZE      = 0x6_001c;
    private static final int PIPECONF         = 0x7_0008;
    private static final int PIPECONF_EDP     = 0x7_f008;
    private static final int PIPE_LINE        = 0x7_0000;
    private static final int PIPE_FRAMES      = 0x7_0040;
    private static final int PLANE            = 0x7_0180;
    private static final int PLANE_ON         = 0x9800_0000;
    private static final int CURSOR           = 0x7_0080;
    private static final int CURSOR_64        = 0x27;
    private static final int ENABLE           = 1 << 31;
    private static final int STATE            = 1 << 30;
    private static final int LINK_KHZ         = 540_000;
    private static final int FDI_KHZ          = 270_000;
    private static final int LINK_N           = 0x8_0000;
    private static final int PATIENCE         = 100_000;
    // spotless:on

    private final GuestBus bus;
    private final GuestInterrupts interrupts;
    private final Runnable step;
    private final Map<GuestPort, Lit> lit = new EnumMap<>(GuestPort.class);

    private record Lit(int pipe, ModeTimings mode) {}

    DisplayDriver(GuestBus bus, GuestInterrupts interrupts, Runnable step) {
        this.bus = bus;
        this.interrupts = interrupts;
        this.step = step;
        bus.write(HOTPLUG, HOTPLUG_ENABLE);
        bus.write(PCH_ADPA, bus.read(PCH_ADPA) | ADPA_HOTPLUG);
        bus.write(Mmio.PCH + Mmio.IMR, ~PCH_HOTPLUG);
    }

    // ---- monitors

    /** Returns whether the board has a port, as its straps say. */
    public boolean exists(GuestPort port) {
        int straps = bus.read(STRAPS);
        return switch (port.number) {
            case 0 -> (bus.read(DDI_A) & 1) != 0;
            case 4 -> (straps & 1 << 6) == 0;
            default -> (straps & 1 << 3 - port.number) != 0;
        };
    }

    /** Returns the EDID of the monitor at a port, as it answers itself; empty if none does. */
    public byte[] edid(GuestPort port) {
        if (port == GuestPort.VGA) {
            bus.write(PCH_ADPA, ADPA_HOTPLUG | ADPA_TRIGGER);
            if ((bus.read(PCH_ADPA) & ADPA_MONITOR) == 0) {
                return new byte[0];
            }
        }
        return new MonitorWires(bus, port).edid();
    }

    /** Returns how many plugs and unplugs the driver has heard of. */
    public long hotplugs() {
        return interrupts.hotplugs();
    }

    // ---- modes

    /**
     * Sets the preferred mode of the monitor at a port, and shows a surface: 32 bits a pixel,
     * linear, rows without gaps.
     *
     * @param pipe 0 to 2; the port is dark until now
     * @throws GuestTroubleException if no monitor answers, or something does not do as it should
     */
    public void light(int pipe, GuestPort port, GuestObject surface) {
        byte[] edid = edid(port);
        DriverProbe.require(edid.length > 0, "no monitor at %s", port);
        ModeTimings mode = ModeTimings.preferred(edid);
        bus.write(POWER_WELL, POWER_WELL_ON);
        require(POWER_WELL, POWER_WELL_STATE, "the power well");
        int transcoder = transcoder(port, pipe);
        startClock(pipe, port, mode);
        timings(transcoder, mode);
        bus.write(SOURCE_SIZE + pipe * PIPE_STRIDE, mode.width() - 1 << 16 | mode.height() - 1);
        bus.write(transcoder + FUNCTION, function(pipe, port));
        int pipeconf = pipeconf(port, pipe);
        bus.write(pipeconf, ENABLE);
        require(pipeconf, STATE, "the pipe");
        if (port == GuestPort.VGA) {
            bus.write(PCH_PIPECONF, ENABLE);
            require(PCH_PIPECONF, STATE, "the PCH transcoder");
            bus.write(PCH_ADPA, ADPA_ON | ADPA_HOTPLUG | pipe << 29);
        }
        bus.write(PLANE + pipe * PIPE_STRIDE + 0x8, mode.width() * 4);
        bus.write(PLANE + pipe * PIPE_STRIDE, PLANE_ON);
        lit.put(port, new Lit(pipe, mode));
        flip(pipe, surface);
        step.run(); // the interrupts of AUX channels are handled
    }

    private static int transcoder(GuestPort port, int pipe) {
        return port == GuestPort.PANEL ? TRANSCODER_EDP : TRANSCODER_A + pipe * PIPE_STRIDE;
    }

    private static int pipeconf(GuestPort port, int pipe) {
        return port == GuestPort.PANEL ? PIPECONF_EDP : PIPECONF + pipe * PIPE_STRIDE;
    }

    private static int ddi(GuestPort port) {
        return DDI_A + port.number * DDI_STRIDE;
    }

    private void startClock(int pipe, GuestPort port, ModeTimings mode) {
        int transcoder = transcoder(port, pipe);
        int clock;
        if (port == GuestPort.VGA) {
            clock = SPLL;
            link(transcoder, mode, FDI_KHZ);
        } else if (port.packets()) {
            clock = LCPLL_2700;
            link(transcoder, mode, LINK_KHZ);
        } else {
            int pll = (bus.read(WRPLL_1) & ENABLE) == 0 ? 0 : 1;
            DriverProbe.require(
                    pll == 0 || (bus.read(WRPLL_2) & ENABLE) == 0, "no clock is left for %s", port);
            bus.write(pll == 0 ? WRPLL_1 : WRPLL_2, WRPLL_LCPLL | dividers(mode.clockKhz()));
            clock = CLOCK_OF_WRPLL + pll;
        }
        bus.write(PORT_CLOCKS + 4 * port.number, clock << 29);
        if (port != GuestPort.PANEL) {
            bus.write(PIPE_CLOCKS + 4 * pipe, port.number + 1 << 29);
        }
        if (port == GuestPort.VGA) {
            bus.write(ddi(port) + TP_CTL, TP_ON | TP_AUTO);
            bus.write(ddi(port), DDI_ON | 1 << 1);
            require(ddi(port) + TP_STATUS, TP_TRAINED, "FDI training");
            bus.write(ddi(port) + TP_CTL, TP_ON | TP_AUTO | TP_NORMAL);
        } else if (port.packets()) {
            train(port);
        } else {
            bus.write(ddi(port), DDI_ON);
        }
    }

    private void link(int transcoder, ModeTimings mode, int linkKhz) {
        bus.write(transcoder + 0x40, (int) ((long) mode.clockKhz() * LINK_N / linkKhz));
        bus.write(transcoder + 0x44, LINK_N);
    }

    /** Finds dividers for a port clock of {@code 540 MHz * n / (p * r)}, the nearest there are. */
    private static int dividers(int clockKhz) {
        int best = 0;
        long least = Long.MAX_VALUE;
        for (int p = 2; p <= 62; p += 2) {
            for (int r = 8; r <= 48; r++) {
                long n = ((long) clockKhz * p * r + 270_000) / 540_000;
                long error = Math.abs(540_000 * n / ((long) p * r) - clockKhz);
                if (n >= 16 && n <= 255 && error < least) {
                    least = error;
                    best = (int) n << 16 | p << 8 | r;
                }
            }
        }
        return best;
    }

    /** Trains the link at 5.4 GHz on four lanes; virtual links are good at once. */
    private void train(GuestPort port) {
        MonitorWires wires = new MonitorWires(bus, port);
        if (port == GuestPort.PANEL) {
            bus.write(PP_CONTROL, 0xabcd_000b);
            require(PP_STATUS, PP_ON, "panel power");
        }
        int control = ddi(port) + TP_CTL;
        wires.writeDpcd(0x600, 1);
        bus.write(control, TP_ON);
        bus.write(ddi(port), DDI_ON | DDI_LANES_4);
        wires.writeDpcd(0x100, 0x14, 0x84);
        wires.writeDpcd(0x102, 0x21, 0, 0, 0, 0);
        requireLanes(wires, 0x11, "clock recovery");
        bus.write(control, TP_ON | TP_PATTERN_2);
        wires.writeDpcd(0x102, 0x22, 0, 0, 0, 0);
        requireLanes(wires, 0x77, "channel equalisation");
        bus.write(control, TP_ON | TP_IDLE);
        if (port != GuestPort.PANEL) {
            require(ddi(port) + TP_STATUS, TP_IDLE_DONE, "the idle pattern");
        }
        wires.writeDpcd(0x102, 0);
        bus.write(control, TP_ON | TP_NORMAL);
    }

    private static void requireLanes(MonitorWires wires, int expected, String what) {
        byte[] status = wires.readDpcd(0x202, 2);
        DriverProbe.require(
                status.length == 2 && status[0] == expected && status[1] == expected,
                "%s fails on a virtual link",
                what);
    }

    private void timings(int transcoder, ModeTimings mode) {
        int horizontal = mode.horizontalTotal() - 1 << 16 | mode.width() - 1;
        int vertical = mode.verticalTotal() - 1 << 16 | mode.height() - 1;
        bus.write(transcoder, horizontal);
        bus.write(transcoder + 0x4, mode.horizontalTotal() - 1 << 16 | mode.width() - 1);
        bus.write(
                transcoder + 0x8,
                mode.horizontalSyncEnd() - 1 << 16 | mode.horizontalSyncStart() - 1);
        bus.write(transcoder + 0xc, vertical);
        bus.write(transcoder + 0x10, mode.verticalTotal() - 1 << 16 | mode.height() - 1);
        bus.write(
                transcoder + 0x14, mode.verticalSyncEnd() - 1 << 16 | mode.verticalSyncStart() - 1);
    }

    private static int function(int pipe, GuestPort port) {
        int input = new int[] {4, 5, 6}[pipe] << 12;
        return switch (port) {
            case VGA -> ENABLE | 4 << 28 | 4 << 24 | 1 << 1;
            case PANEL -> ENABLE | 2 << 24 | input | 3 << 1;
            case HDMI_B, HDMI_C, HDMI_D -> ENABLE | port.number << 28 | 1 << 24;
            case DP_B, DP_C, DP_D -> ENABLE | port.number << 28 | 2 << 24 | 3 << 1;
        };
    }

    /** Switches a port and its pipe off. */
    public void darken(GuestPort port) {
        int pipe = lit(port).pipe();
        lit.remove(port);
        bus.write(PLANE + pipe * PIPE_STRIDE, 0);
        bus.write(CURSOR + pipe * PIPE_STRIDE, 0);
        bus.write(PLANE + pipe * PIPE_STRIDE + 0x1c, 0);
        bus.write(pipeconf(port, pipe), 0);
        DriverProbe.require(
                (bus.read(pipeconf(port, pipe)) & STATE) == 0, "pipe %d stays on", pipe);
        bus.write(transcoder(port, pipe) + FUNCTION, 0);
        bus.write(ddi(port), 0);
        int clock = bus.read(PORT_CLOCKS + 4 * port.number) >>> 29;
        if (clock == CLOCK_OF_WRPLL || clock == CLOCK_OF_WRPLL + 1) {
            bus.write(clock == CLOCK_OF_WRPLL ? WRPLL_1 : WRPLL_2, 0);
        }
        bus.write(PORT_CLOCKS + 4 * port.number, NO_CLOCK << 29);
        if (port == GuestPort.PANEL) {
            bus.write(PP_CONTROL, 0xabcd_0000);
        }
    }

    /** Returns the width of the mode at a lit port, in pixels. */
    public int width(GuestPort port) {
        return lit(port).mode().width();
    }

    /** Returns the height of the mode at a lit port, in pixels. */
    public int height(GuestPort port) {
        return lit(port).mode().height();
    }

    /** Returns how long a frame of the mode at a lit port takes. */
    public long frameNanos(GuestPort port) {
        return lit(port).mode().frameNanos();
    }

    private Lit lit(GuestPort port) {
        Lit now = lit.get(port);
        if (now == null) {
            throw new GuestTroubleException(port + " is dark");
        }
        return now;
    }

    private void require(int register, int bits, String what) {
        int value = bus.read(register);
        DriverProbe.require((value & bits) == bits, "%s does not come on: 0x%08x", what, value);
    }

    // ---- frames

    /** Shows a surface from the next frame on, as a page flip does. */
    public void flip(int pipe, GuestObject surface) {
        bus.write(PLANE + pipe * PIPE_STRIDE + 0x1c, (int) surface.graphicsAddress());
    }

    /** Returns how many frames a pipe has shown. */
    public int frames(int pipe) {
        return bus.read(PIPE_FRAMES + pipe * PIPE_STRIDE);
    }

    /** Returns the line a pipe is scanning. */
    public int line(int pipe) {
        return bus.read(PIPE_LINE + pipe * PIPE_STRIDE);
    }

    /**
     * Waits for the interrupt of the next vertical blank.
     *
     * @throws GuestTroubleException if none comes
     */
    public void awaitBlank(int pipe) {
        int bit = 1 << 5 * pipe;
        int mask = bus.read(Mmio.DE + Mmio.IMR);
        bus.write(Mmio.DE + Mmio.IMR, mask & ~bit);
        long before = interrupts.blanks(pipe);
        for (int i = 0; interrupts.blanks(pipe) == before; i++) {
            DriverProbe.require(i < PATIENCE, "no vertical blank of pipe %d", pipe);
            step.run();
        }
        bus.write(Mmio.DE + Mmio.IMR, mask);
    }

    /**
     * Shows a cursor of 64x64 pixels with alpha.
     *
     * @param x left edge, may be negative
     * @param y top edge, may be negative
     */
    public void cursor(int pipe, GuestObject image, int x, int y) {
        bus.write(CURSOR + pipe * PIPE_STRIDE + 0x20, 0);
        bus.write(CURSOR + pipe * PIPE_STRIDE, CURSOR_64);
        bus.write(CURSOR + pipe * PIPE_STRIDE + 0x8, signed(y) << 16 | signed(x));
        bus.write(CURSOR + pipe * PIPE_STRIDE + 0x4, (int) image.graphicsAddress());
    }

    private static int signed(int value) {
        return value < 0 ? 0x8000 | -value : value;
    }
}
