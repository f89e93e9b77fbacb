package org.gpumediator.testkit.guest;

import java.util.List;
import org.gpumediator.testkit.GuestMachine;

/**
 * The walk of a driver from an unknown PCI function to one whose registers are known to behave, in
 * the order in which the i915 driver is seen to touch them. What would make a real driver give up
 * is thrown, what would make it complain is added to the complaints.
 */
final class DriverProbe {

    private static final int POLLS = 1000;
    private static final int VENDOR_INTEL = 0x8086;
    private static final int CLASS_DISPLAY = 0x03;
    private static final int GRAPHICS_CONTROL = 0x50;
    private static final int STOLEN_BASE = 0x5c;
    private static final long TABLE_SPAN = 2L << 30;
    private static final long TOP_OF_HIDDEN = TABLE_SPAN;

    private final GuestMachine machine;
    private final GuestBus bus;
    private final List<String> complaints;
    private final Runnable step;

    DriverProbe(GuestMachine machine, GuestBus bus, List<String> complaints, Runnable step) {
        this.machine = machine;
        this.bus = bus;
        this.complaints = complaints;
        this.step = step;
    }

    /** Checks the PCI face. */
    void checkFunction() {
        int id = machine.readConfig(0, 4);
        require(
                (id & 0xffff) == VENDOR_INTEL,
                "PCI vendor is 0x%04x: expected 0x%04x",
                id & 0xffff,
                VENDOR_INTEL);
        require(
                machine.readConfig(0x0b, 1) == CLASS_DISPLAY,
                "PCI base class is 0x%02x: expected a display controller",
                machine.readConfig(0x0b, 1));
        int control = machine.readConfig(GRAPHICS_CONTROL, 2);
        require(
                (control >> 8 & 3) == 2,
                "GGC is 0x%04x: expected 2 MiB of table entries (bits 9:8 = 2)",
                control);
        complain(
                (control >> 3 & 0x1f) == 0 && machine.readConfig(STOLEN_BASE, 4) == 0,
                "the function claims stolen memory: a virtual GPU has none");
    }

    /** Looks for the page that tells a driver that its GPU is virtual. */
    void detect() {
        long magic =
                Integer.toUnsignedLong(bus.read(Mmio.PVINFO))
                        | (long) bus.read(Mmio.PVINFO + 4) << 32;
        require(
                magic == Mmio.PVINFO_MAGIC,
                "PVINFO magic is 0x%x: expected 0x%x, the driver would take the GPU for a"
                        + " physical one",
                magic,
                Mmio.PVINFO_MAGIC);
        int major = bus.read16(Mmio.PVINFO_MAJOR);
        require(major == 1, "PVINFO version_major is %d: expected 1", major);
        int caps = bus.read(Mmio.PVINFO_CAPS);
        require(
                (caps & Mmio.PVINFO_CAPS_FULL_PPGTT) != 0,
                "PVINFO caps are 0x%x: the driver needs bit 2, isolated per-process tables",
                caps);
    }

    /** Reads straps, faults and unclaimed-access state. */
    void survey() {
        complain(bus.read(Mmio.FPGA_DBG) >= 0, "FPGA_DBG says that an access was not claimed");
        bus.write(Mmio.FPGA_DBG, Mmio.DE_MASTER);
        complain(bus.read(Mmio.GTFIFODBG) == 0, "GTFIFODBG reports an error");
        for (int register : Mmio.PROBE_READS) {
            bus.read(register);
        }
        for (DriverEngine engine : DriverEngine.values()) {
            bus.write(engine.register(Mmio.RING_HWSTAM), ~0);
        }
        for (int register : Mmio.FAULTS) {
            int fault = bus.read(register);
            complain((fault & 1) == 0, "fault register 0x%x reads 0x%x", register, fault);
            bus.write(register, fault & ~1);
        }
        complain(
                bus.read(Mmio.MAD_DIMM_C0) != bus.read(Mmio.MAD_DIMM_C1),
                "both memory channels look the same: the driver expects bit-6 swizzling");
        complain(
                (bus.read(Mmio.LCPLL_CTL) & 1 << 30) != 0,
                "LCPLL_CTL says that the display clock is not locked");
    }

    /** Brings the display side to where a driver without a monitor leaves it. */
    void surveyDisplay() {
        bus.write(Mmio.POWER_WELL_DRIVER, 1 << 31);
        complain(
                poll(Mmio.POWER_WELL_DRIVER, 1 << 30, 1 << 30),
                "the display power well does not come on");
        for (int register : Mmio.DISPLAY_READS) {
            bus.read(register);
        }
        bus.write(Mmio.GMBUS0, 0);
        bus.write(Mmio.GMBUS4, 0);
        bus.write(Mmio.SBI_ADDR, 0x0020_0000);
        bus.write(Mmio.SBI_DATA, 0);
        bus.write(Mmio.SBI_CTL_STAT, 0x0000_0601);
        complain(
                poll(Mmio.SBI_CTL_STAT, 1, 0) && (bus.read(Mmio.SBI_CTL_STAT) & 6) == 0,
                "SBI_CTL_STAT: the side band does not finish");
        bus.read(Mmio.SBI_DATA);
    }

    /** Clock gating, workarounds and the mailbox to the power unit. */
    void tune() {
        for (int[] row : Mmio.WORKAROUNDS) {
            bus.write(row[0], row[1]);
        }
        bus.read(Mmio.RP_STATE_CAP);
        for (int command : new int[] {0x1a, 0x0c, 0x08}) {
            bus.read(Mmio.PCODE_MAILBOX);
            bus.write(Mmio.PCODE_DATA, 0);
            bus.write(Mmio.PCODE_DATA1, 0);
            bus.write(Mmio.PCODE_MAILBOX, 1 << 31 | command);
            complain(
                    poll(Mmio.PCODE_MAILBOX, 1 << 31, 0)
                            && (bus.read(Mmio.PCODE_MAILBOX) & 0xff) == 0,
                    "PCODE_MAILBOX: command 0x%x does not finish without error",
                    command);
        }
    }

    /** Reads the slice and checks it as a ballooning driver does. */
    GraphicsSpace balloon(GuestPages pages) {
        long mappableBase = unsigned(Mmio.PVINFO_MAPPABLE_BASE);
        long mappableSize = unsigned(Mmio.PVINFO_MAPPABLE_SIZE);
        long hiddenBase = unsigned(Mmio.PVINFO_HIDDEN_BASE);
        long hiddenSize = unsigned(Mmio.PVINFO_HIDDEN_SIZE);
        long aperture = machine.barLength(2);
        require(
                mappableSize > 0 && mappableBase + mappableSize <= aperture,
                "invalid ballooning configuration: mappable 0x%x+0x%x does not fit into the"
                        + " aperture of 0x%x bytes",
                mappableBase,
                mappableSize,
                aperture);
        require(
                hiddenSize > 0
                        && hiddenBase >= aperture
                        && hiddenBase + hiddenSize <= TOP_OF_HIDDEN,
                "invalid ballooning configuration: hidden 0x%x+0x%x is not inside 0x%x to 0x%x",
                hiddenBase,
                hiddenSize,
                aperture,
                TOP_OF_HIDDEN);
        return new GraphicsSpace(
                bus, machine, pages, mappableBase, mappableSize, hiddenBase, hiddenSize);
    }

    private long unsigned(int register) {
        return Integer.toUnsignedLong(bus.read(register));
    }

    /** Clears the fences that are the guest's, and returns how many there are. */
    int clearFences() {
        int count = bus.read(Mmio.PVINFO_FENCES);
        require(count >= 0 && count <= 32, "PVINFO fence_num is %d: expected 0 to 32", count);
        for (int i = 0; i < count; i++) {
            int low = Mmio.FENCE + 8 * i;
            bus.write(low, 0);
            bus.read(low);
            bus.write(low + 4, 0);
            bus.write(low, 0);
            complain(bus.read(low) == 0, "fence %d does not read 0 after it was cleared", i);
        }
        return count;
    }

    /** Resets one engine or all, twice as the driver does. */
    void resetGpu(int bits) {
        for (int i = 0; i < 2; i++) {
            bus.write(Mmio.GDRST, bits);
            require(
                    poll(Mmio.GDRST, bits, 0),
                    "GDRST: the reset of 0x%x does not finish, the driver declares the GPU wedged",
                    bits);
        }
    }

    /** Polls a register, moving the world between reads. */
    boolean poll(int register, int mask, int expected) {
        for (int i = 0; i < POLLS; i++) {
            if ((bus.read(register) & mask) == expected) {
                return true;
            }
            step.run();
        }
        return false;
    }

    private void complain(boolean holds, String message, Object... arguments) {
        if (!holds) {
            complaints.add(String.format(message, arguments));
        }
    }

    static void require(boolean holds, String message, Object... arguments) {
        if (!holds) {
            throw new GuestTroubleException(String.format(message, arguments));
        }
    }
}
