package org.gpumediator.testkit;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.vmm.TrapRegion;
import org.jspecify.annotations.Nullable;

/**
 * The part of a PC's firmware that finds a PCI function and gives it addresses.
 *
 * <p>Source of the procedure: PCI Local Bus Specification 3.0, section 6.2.5 (base addresses) and
 * 6.7 (capabilities list).
 */
public final class PciFirmware {

    private static final int VENDOR = 0x00;
    private static final int COMMAND = 0x04;
    private static final int STATUS = 0x06;
    private static final int REVISION = 0x08;
    private static final int HEADER_TYPE = 0x0e;
    private static final int BAR_0 = 0x10;
    private static final int ROM = 0x30;
    private static final int CAPABILITIES = 0x34;

    private static final int COMMAND_IO = 0x1;
    private static final int COMMAND_MEMORY = 0x2;
    private static final int COMMAND_MASTER = 0x4;
    private static final int STATUS_CAPABILITIES = 0x10;

    private static final long PORTS = 0xc000;
    private static final long BELOW_4G = 0xc000_0000L;
    private static final long ABOVE_4G = 0x40_0000_0000L;

    /**
     * What the firmware has found.
     *
     * @param vendor PCI vendor id
     * @param device PCI device id
     * @param classCode base class, sub-class and programming interface, 24 bits
     * @param bars its BARs, by rising number
     * @param capabilities ids of its capabilities, in list order
     */
    public record Function(
            int vendor, int device, int classCode, List<Bar> bars, List<Integer> capabilities) {

        /** Copies the lists. */
        public Function {
            bars = List.copyOf(bars);
            capabilities = List.copyOf(capabilities);
        }

        /**
         * Returns a BAR by its number.
         *
         * @throws IllegalArgumentException if there is none
         */
        public Bar bar(int index) {
            return bars.stream()
                    .filter(bar -> bar.index() == index)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("BAR " + index + ": none"));
        }
    }

    /**
     * A BAR as sizing has shown it.
     *
     * @param index BAR number, 6 for the expansion ROM
     * @param typeBits its read-only low bits
     * @param length bytes
     * @param base where the firmware has put it
     */
    public record Bar(int index, int typeBits, long length, long base) {

        boolean port() {
            return (typeBits & 1) != 0;
        }

        boolean wide() {
            return !port() && (typeBits & 6) == 4;
        }
    }

    private final GuestMachine machine;
    private long nextPort = PORTS;
    private long nextBelow4G = BELOW_4G;
    private long nextAbove4G = ABOVE_4G;

    /** Creates firmware of a machine. */
    public PciFirmware(GuestMachine machine) {
        this.machine = machine;
    }

    /**
     * Sizes and places the BARs, switches decoding and bus mastering on, and walks the
     * capabilities.
     *
     * @throws AssertionError if the function does not behave as PCI says
     */
    public Function enumerate() {
        int id = machine.readConfig(VENDOR, 4);
        check(id != -1 && id != 0, "function answers 0x%08x at offset 0", id);
        check((machine.readConfig(HEADER_TYPE, 1) & 0x7f) == 0, "header is not of type 0");
        int command = machine.readConfig(COMMAND, 2);
        machine.writeConfig(COMMAND, 2, command & ~(COMMAND_IO | COMMAND_MEMORY));
        List<Bar> bars = new ArrayList<>();
        for (int index = 0; index < 6; index++) {
            Bar bar = place(index);
            if (bar != null) {
                bars.add(bar);
                index += bar.wide() ? 1 : 0;
            }
        }
        Bar rom = place(TrapRegion.EXPANSION_ROM);
        if (rom != null) {
            bars.add(rom);
        }
        machine.writeConfig(COMMAND, 2, command | COMMAND_IO | COMMAND_MEMORY | COMMAND_MASTER);
        return new Function(
                id & 0xffff,
                id >>> 16,
                machine.readConfig(REVISION, 4) >>> 8,
                bars,
                capabilities());
    }

    /** Returns how long a BAR is, {@code 0} if there is none; leaves everything as it was. */
    long sizeOf(int index) {
        int command = machine.readConfig(COMMAND, 2);
        machine.writeConfig(COMMAND, 2, command & ~(COMMAND_IO | COMMAND_MEMORY));
        Bar bar = size(index);
        machine.writeConfig(COMMAND, 2, command);
        return bar == null ? 0 : bar.length();
    }

    private static int register(int index) {
        return index == TrapRegion.EXPANSION_ROM ? ROM : BAR_0 + 4 * index;
    }

    private static int lowBits(int index, boolean port) {
        return index == TrapRegion.EXPANSION_ROM ? 0x7ff : port ? 0x3 : 0xf;
    }

    /** Sizes a BAR while nothing is decoded; its base is what it was before. */
    private @Nullable Bar size(int index) {
        int offset = register(index);
        int before = machine.readConfig(offset, 4);
        machine.writeConfig(offset, 4, index == TrapRegion.EXPANSION_ROM ? ~1 : -1);
        int low = machine.readConfig(offset, 4);
        machine.writeConfig(offset, 4, before);
        if (low == 0) {
            return null;
        }
        boolean port = index != TrapRegion.EXPANSION_ROM && (low & 1) != 0;
        int typeBits = index == TrapRegion.EXPANSION_ROM ? 0 : low & (port ? 0x3 : 0xf);
        Bar shape = new Bar(index, typeBits, 1, before);
        long mask = low & ~lowBits(index, port);
        if (shape.wide()) {
            int highBefore = machine.readConfig(offset + 4, 4);
            machine.writeConfig(offset + 4, 4, -1);
            mask = (mask & 0xffff_ffffL) | ((long) machine.readConfig(offset + 4, 4) << 32);
            machine.writeConfig(offset + 4, 4, highBefore);
        } else if (port) {
            mask |= 0xffff_ffff_ffff_0000L;
        }
        long length = -mask;
        check(
                length > 0 && Long.bitCount(length) == 1,
                "BAR %d: sizing answers 0x%x, no power of two",
                index,
                mask);
        return new Bar(index, typeBits, length, before);
    }

    private @Nullable Bar place(int index) {
        Bar bar = size(index);
        if (bar == null) {
            return null;
        }
        int offset = register(index);
        long base = allocate(bar, bar.length());
        machine.writeConfig(offset, 4, (int) base);
        if (bar.wide()) {
            machine.writeConfig(offset + 4, 4, (int) (base >>> 32));
        }
        check(
                (machine.readConfig(offset, 4) & ~lowBits(index, bar.port())) == (int) base,
                "BAR %d: does not keep the address 0x%x",
                index,
                base);
        return new Bar(index, bar.typeBits(), bar.length(), base);
    }

    private long allocate(Bar shape, long length) {
        if (shape.port()) {
            long base = (nextPort + length - 1) & -length;
            nextPort = base + length;
            return base;
        }
        if (shape.wide()) {
            long base = (nextAbove4G + length - 1) & -length;
            nextAbove4G = base + length;
            return base;
        }
        long base = (nextBelow4G + length - 1) & -length;
        nextBelow4G = base + length;
        return base;
    }

    private List<Integer> capabilities() {
        List<Integer> ids = new ArrayList<>();
        if ((machine.readConfig(STATUS, 2) & STATUS_CAPABILITIES) == 0) {
            return ids;
        }
        int at = machine.readConfig(CAPABILITIES, 1) & 0xfc;
        while (at != 0) {
            check(at >= 0x40, "capability at 0x%x: inside the header", at);
            check(ids.size() < 48, "capabilities list does not end");
            ids.add(machine.readConfig(at, 1));
            at = machine.readConfig(at + 1, 1) & 0xfc;
        }
        return ids;
    }

    private static void check(boolean holds, String message, Object... arguments) {
        if (!holds) {
            throw new AssertionError(String.format(message, arguments));
        }
    }
}
