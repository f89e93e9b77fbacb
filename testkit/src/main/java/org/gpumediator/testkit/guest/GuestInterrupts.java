package org.gpumediator.testkit.guest;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.testkit.GuestMachine;

/**
 * The interrupt side of the driver: reset of the banks, installation, the handler, and the masks of
 * the user interrupts. Order and values as the i915 driver is seen to use them.
 */
final class GuestInterrupts {

    private static final int GT_ENABLED = 0x0040_1821;
    private static final int GT_ALWAYS_OPEN = 0x0000_0820;
    private static final int PM_ENABLED = 0x0000_0400;
    private static final int DE_ENABLED = 0xfc08_2529;
    private static final int DE_OPEN = 0xb408_0000;
    private static final int STUCK = 100;
    private static final int EVENTS_PER_PIPE = 5;
    private static final int DE_PCH = 1 << 28;
    private static final int PCH_HOTPLUG = 0xe8_0000;
    private static final int HOTPLUG = 0xc_4030;

    private static final int CAPABILITIES = 0x34;
    private static final int CAPABILITY_MSI = 0x05;
    private static final int COMMAND = 0x04;
    private static final int COMMAND_NO_INTX = 1 << 10;
    private static final int MESSAGE_ADDRESS = 0xfee0_0000;
    private static final int MESSAGE_DATA = 0x4040;

    private final GuestMachine machine;
    private final GuestBus bus;
    private final List<String> complaints;
    private final Map<DriverEngine, Long> userInterrupts = new EnumMap<>(DriverEngine.class);
    private int gtMask = ~GT_ALWAYS_OPEN;
    private int pmMask = ~0;
    private final long[] blanks = new long[3];
    private long hotplugs;
    private long handled;
    private boolean messages;

    GuestInterrupts(GuestMachine machine, GuestBus bus, List<String> complaints) {
        this.machine = machine;
        this.bus = bus;
        this.complaints = complaints;
    }

    /** Switches message interrupts on, or stays with the line where there are none. */
    void choose() {
        int at = machine.readConfig(CAPABILITIES, 1) & 0xfc;
        for (int i = 0; at != 0 && i < 48; i++) {
            if (machine.readConfig(at, 1) == CAPABILITY_MSI) {
                int control = machine.readConfig(at + 2, 2);
                boolean wide = (control & 0x80) != 0;
                machine.writeConfig(at + 4, 4, MESSAGE_ADDRESS);
                if (wide) {
                    machine.writeConfig(at + 8, 4, 0);
                }
                machine.writeConfig(at + (wide ? 0xc : 0x8), 2, MESSAGE_DATA);
                machine.writeConfig(COMMAND, 2, machine.readConfig(COMMAND, 2) | COMMAND_NO_INTX);
                machine.writeConfig(at + 2, 2, control | 1);
                messages = (machine.readConfig(at + 2, 2) & 1) != 0;
                if (!messages) {
                    complaints.add("MSI: the enable bit does not stay set");
                }
                return;
            }
            at = machine.readConfig(at + 1, 1) & 0xfc;
        }
    }

    boolean usesMessages() {
        return messages;
    }

    /** Brings every bank to its state of rest, as a driver does before it installs a handler. */
    void reset() {
        resetBank("DE", Mmio.DE);
        clear("ERR_INT", Mmio.ERR_INT);
        clear("PSR_IIR", Mmio.PSR_IIR);
        resetBank("GT", Mmio.GT);
        resetBank("PM", Mmio.PM);
        resetBank("PCH", Mmio.PCH);
        clear("SERR_INT", Mmio.SERR_INT);
        gtMask = ~GT_ALWAYS_OPEN;
        pmMask = ~0;
    }

    private void resetBank(String name, int bank) {
        bus.write(bank + Mmio.IMR, ~0);
        bus.read(bank + Mmio.IMR);
        bus.write(bank + Mmio.IER, 0);
        clear(name + " IIR", bank + Mmio.IIR);
    }

    private void clear(String name, int register) {
        bus.write(register, ~0);
        bus.read(register);
        bus.write(register, ~0);
        int left = bus.read(register);
        if (left != 0) {
            complaints.add(
                    String.format(
                            "%s reads 0x%08x after ones were written twice: expected 0,"
                                    + " writing ones clears it",
                            name, left));
        }
    }

    /** Enables the events a driver wants to hear of; user interrupts stay masked. */
    void install() {
        enableBank("PCH", Mmio.PCH, ~0, ~0);
        enableBank("GT", Mmio.GT, gtMask, GT_ENABLED);
        enableBank("PM", Mmio.PM, pmMask, PM_ENABLED);
        enableBank("DE", Mmio.DE, ~DE_OPEN, DE_ENABLED);
    }

    private void enableBank(String name, int bank, int mask, int enabled) {
        if (bus.read(bank + Mmio.IIR) != 0) {
            complaints.add(name + " IIR is not zero before the handler is installed");
        }
        bus.write(bank + Mmio.IER, enabled);
        bus.write(bank + Mmio.IMR, mask);
        if (bus.read(bank + Mmio.IMR) != mask) {
            complaints.add(name + " IMR does not keep what was written");
        }
    }

    /** Lets the user interrupt of an engine through, as long as somebody waits for it. */
    void unmask(DriverEngine engine) {
        bus.write(engine.register(Mmio.RING_IMR), engine.idleMask() & ~engine.userInterrupt());
        bus.read(engine.register(Mmio.RING_IMR));
        if (engine.interruptsThroughPm()) {
            pmMask &= ~engine.userInterrupt();
        } else {
            gtMask &= ~engine.userInterrupt();
        }
        writeMask(engine);
    }

    /** Masks the user interrupt of an engine again. */
    void mask(DriverEngine engine) {
        bus.write(engine.register(Mmio.RING_IMR), engine.idleMask());
        if (engine.interruptsThroughPm()) {
            pmMask |= engine.userInterrupt();
        } else {
            gtMask |= engine.userInterrupt();
        }
        writeMask(engine);
    }

    private void writeMask(DriverEngine engine) {
        boolean pm = engine.interruptsThroughPm();
        bus.write((pm ? Mmio.PM : Mmio.GT) + Mmio.IMR, pm ? pmMask : gtMask);
        bus.read((pm ? Mmio.PM : Mmio.GT) + Mmio.IMR);
    }

    /** Runs the handler for every interrupt that has come. */
    void service() {
        for (int i = 0; messages ? machine.takeMessage(0) : machine.lineActive(); i++) {
            if (i == STUCK) {
                complaints.add(
                        messages
                                ? "a storm: more than 100 interrupts in one step"
                                : "the interrupt line stays active although every pending bit"
                                        + " was acknowledged");
                return;
            }
            handle();
        }
    }

    private void handle() {
        handled++;
        int enabled = bus.read(Mmio.DE + Mmio.IER);
        bus.write(Mmio.DE + Mmio.IER, enabled & ~Mmio.DE_MASTER);
        int pch = bus.read(Mmio.PCH + Mmio.IER);
        bus.write(Mmio.PCH + Mmio.IER, 0);
        int gt = acknowledge(Mmio.GT);
        int de = acknowledge(Mmio.DE);
        int pm = acknowledge(Mmio.PM);
        display(de);
        bus.write(Mmio.DE + Mmio.IER, enabled | Mmio.DE_MASTER);
        bus.write(Mmio.PCH + Mmio.IER, pch);
        for (DriverEngine engine : DriverEngine.values()) {
            int bits = engine.interruptsThroughPm() ? pm : gt;
            if ((bits & engine.userInterrupt()) != 0) {
                userInterrupts.merge(engine, 1L, Long::sum);
            }
        }
        if (gt == 0 && de == 0 && pm == 0) {
            complaints.add("an interrupt came, but no bank has a bit pending");
        }
    }

    private void display(int events) {
        for (int pipe = 0; pipe < blanks.length; pipe++) {
            blanks[pipe] += events >>> EVENTS_PER_PIPE * pipe & 1;
        }
        if ((events & DE_PCH) != 0) {
            int pch = bus.read(Mmio.PCH + Mmio.IIR);
            bus.write(HOTPLUG, bus.read(HOTPLUG));
            bus.write(Mmio.PCH + Mmio.IIR, pch);
            hotplugs += (pch & PCH_HOTPLUG) != 0 ? 1 : 0;
        }
    }

    private int acknowledge(int bank) {
        int pending = bus.read(bank + Mmio.IIR);
        if (pending != 0) {
            bus.write(bank + Mmio.IIR, pending);
        }
        return pending;
    }

    /** Returns how many vertical blanks of a pipe it has heard of. */
    long blanks(int pipe) {
        return blanks[pipe];
    }

    long hotplugs() {
        return hotplugs;
    }

    long handled() {
        return handled;
    }

    long userInterrupts(DriverEngine engine) {
        return userInterrupts.getOrDefault(engine, 0L);
    }
}
