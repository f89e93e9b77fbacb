package org.gpumediator.intel.gen7.display;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import org.gpumediator.api.vmm.Displays.Port;
import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.core.display.Edid;
import org.gpumediator.intel.gen7.display.MonitorPort.Place;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;
import org.gpumediator.intel.gen7.irq.InterruptBank;
import org.gpumediator.intel.gen7.irq.VirtualInterrupts;
import org.jspecify.annotations.Nullable;

/**
 * The ports of a virtual GPU with the wires behind them: straps, pin levels, GMBUS, AUX channels,
 * hot-plug pulses.
 *
 * <p>A plug or unplug changes the pin's level and, where the guest has enabled it, sends one pulse:
 * the level alone raises nothing, so an acknowledged pulse stays acknowledged.
 *
 * <p>Concurrency: one lock of its own, taken before that of the interrupts.
 */
public final class Ports {

    private static final int STRAPS = 0xc_2014;
    private static final int STRAP_NO_ANALOG = 1 << 6;
    private static final int PANEL_PORT = 0x6_4000;
    private static final int PANEL_DETECTED = 1;
    private static final int PULSES = 0xc_4030;
    private static final BitField PULSE_ENABLE = BitField.bit(4);
    private static final int LONG_PULSE = 2;
    private static final int PULSE_MASK = 3;
    private static final int ANALOG_PORT = 0xe_1100;
    private static final BitField ANALOG_HOTPLUG = BitField.bit(23);
    private static final BitField ANALOG_MONITOR = BitField.range(25, 24);
    private static final int COLOUR_MONITOR = 3;

    private static final int GMBUS_EVENT = 1 << 17;
    private static final int AUX_EVENT_B = 1 << 25;
    private static final int AUX_EVENT_A = 1 << 26;

    private final Object lock = new Object();
    private final ShadowRegisters registers;
    private final VirtualInterrupts interrupts;

    @GuardedBy("lock")
    private final List<MonitorPort> ports;

    @GuardedBy("lock")
    private final Gmbus gmbus;

    @GuardedBy("lock")
    private final AuxChannel[] channels = {
        new AuxChannel(0x6_4010),
        new AuxChannel(0xe_4110),
        new AuxChannel(0xe_4210),
        new AuxChannel(0xe_4310)
    };

    /**
     * Creates the ports.
     *
     * @param options as {@link PortOptions} reads them; empty for none
     */
    public Ports(ShadowRegisters registers, VirtualInterrupts interrupts, String options) {
        this.registers = registers;
        this.interrupts = interrupts;
        ports = PortOptions.parse(options);
        gmbus = new Gmbus(registers, this::onWires);
    }

    /** Sets what the wires show after a reset: monitors stay plugged in, nothing is signalled. */
    public void reset() {
        synchronized (lock) {
            gmbus.reset();
            for (AuxChannel channel : channels) {
                channel.reset();
            }
            int straps = STRAP_NO_ANALOG;
            for (MonitorPort port : ports) {
                straps |= port.place.strap;
                if (port.place == Place.E) {
                    straps &= ~STRAP_NO_ANALOG;
                }
                if (port.dpcd != null) {
                    port.dpcd.reset();
                }
                level(port);
            }
            registers.set(STRAPS, straps);
        }
    }

    @GuardedBy("lock")
    private void level(MonitorPort port) {
        boolean plugged = port.monitor != null;
        Place place = port.place;
        interrupts.live(place.bank, place.live, plugged ? place.live : 0);
        if (place == Place.E) {
            int analog = registers.get(ANALOG_PORT);
            registers.set(ANALOG_PORT, ANALOG_MONITOR.set(analog, plugged ? COLOUR_MONITOR : 0));
        } else if (place == Place.A) {
            registers.setBits(PANEL_PORT, PANEL_DETECTED);
        }
    }

    // ---- the wires, as the guest's accesses reach them

    /** Takes a guest's write of GMBUS0 to GMBUS4 (and 5, numbered 8 by its offset). */
    public void gmbusWritten(int register, int value) {
        boolean event;
        synchronized (lock) {
            event = gmbus.written(register, value);
        }
        if (event) {
            interrupts.event(InterruptBank.PCH, GMBUS_EVENT);
        }
    }

    /** Returns what a GMBUS register reads as. */
    public int gmbusRead(int register, int stored) {
        synchronized (lock) {
            return gmbus.read(register, stored);
        }
    }

    /**
     * Carries out an AUX transaction.
     *
     * @param channel 0 for A, to 3 for D
     * @param control what the guest wrote to its control register
     */
    public void auxStarted(int channel, int control) {
        boolean answered;
        synchronized (lock) {
            MonitorPort port = at(Place.values()[channel]);
            answered =
                    channels[channel].start(
                            registers,
                            control,
                            port == null ? null : port.dpcd,
                            port == null ? null : port.monitor);
        }
        if (answered) {
            boolean panel = channel == 0;
            interrupts.event(
                    panel ? InterruptBank.DE : InterruptBank.PCH,
                    panel ? AUX_EVENT_A : AUX_EVENT_B << channel - 1);
        }
    }

    @GuardedBy("lock")
    private @Nullable MonitorPort at(Place place) {
        for (int i = 0; i < ports.size(); i++) {
            if (ports.get(i).place == place) {
                return ports.get(i);
            }
        }
        return null;
    }

    /** Held already where the guest's accesses come from. */
    private @Nullable Monitor onWires(int pin) {
        synchronized (lock) {
            for (int i = 0; i < ports.size(); i++) {
                MonitorPort port = ports.get(i);
                if (port.place.gmbusPin == pin && pin != 0) {
                    return port.onWires();
                }
            }
            return null;
        }
    }

    // ---- what the host does

    /** Returns the ports in the order of their places. */
    public List<Port> list() {
        synchronized (lock) {
            return ports.stream()
                    .map(port -> new Port(port.name, port.connector, port.monitor != null))
                    .toList();
        }
    }

    /** Returns a copy of the EDID at a port; empty if nothing is plugged in. */
    public byte[] edid(String name) {
        synchronized (lock) {
            Monitor monitor = find(name).monitor;
            return monitor == null ? new byte[0] : monitor.edid().clone();
        }
    }

    /** Plugs a monitor in; see {@link org.gpumediator.api.vmm.Displays#plug}. */
    public void plug(String name, byte[] edid) {
        change(name, new Monitor(Edid.check(edid)));
    }

    /** Takes a monitor away; see {@link org.gpumediator.api.vmm.Displays#unplug}. */
    public void unplug(String name) {
        change(name, null);
    }

    private void change(String name, @Nullable Monitor monitor) {
        Place place;
        boolean event;
        synchronized (lock) {
            MonitorPort port = find(name);
            place = port.place;
            if (port.embedded()) {
                throw new IllegalArgumentException(
                        "port " + name + ": an embedded panel cannot be plugged or unplugged");
            }
            if (monitor == null && port.monitor == null) {
                return;
            }
            port.monitor = monitor;
            if (port.dpcd != null) {
                port.dpcd.reset();
            }
            level(port);
            event = pulse(place);
        }
        if (event) {
            interrupts.event(place.bank, place.live);
        }
    }

    /** Lets a port pulse its detection; returns whether the guest wants to hear of that. */
    @GuardedBy("lock")
    private boolean pulse(Place place) {
        if (place == Place.E) {
            return ANALOG_HOTPLUG.isSet(registers.get(ANALOG_PORT));
        }
        int pulses = registers.get(PULSES);
        boolean enabled = PULSE_ENABLE.isSet(pulses >>> place.pulseShift);
        if (enabled) {
            int others = pulses & ~(PULSE_MASK << place.pulseShift);
            registers.set(PULSES, others | LONG_PULSE << place.pulseShift);
        }
        return enabled;
    }

    @GuardedBy("lock")
    private MonitorPort find(String name) {
        for (MonitorPort port : ports) {
            if (port.name.equals(name)) {
                return port;
            }
        }
        throw new IllegalArgumentException(
                "no port " + name + ": there are " + ports.stream().map(p -> p.name).toList());
    }

    /**
     * Returns the name of the port that a transcoder is routed to, where a monitor is plugged in;
     * empty where not.
     *
     * @param number 0 for A, to 4 for E
     */
    String connectedAt(int number) {
        synchronized (lock) {
            if (number >= Place.values().length) {
                return "";
            }
            MonitorPort port = at(Place.values()[number]);
            return port == null || port.monitor == null ? "" : port.name;
        }
    }
}
