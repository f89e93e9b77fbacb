package org.gpumediator.examples.kvmvmm.boot;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The tables by which a guest finds processors, interrupt chip, PCI bus and the way to switch off.
 * Source: Advanced Configuration and Power Interface Specification 6.4, chapter 5.2; PCI Firmware
 * Specification 3.0, section 4.1.2.
 */
public final class AcpiTables {

    /** Where they go: memory that the guest is told to be reserved. */
    public static final long ADDRESS = 0xe_0000;

    private static final int ROOM = 0x1_0000;
    private static final int HEADER = 36;
    private static final int CHECKSUM = 9;
    private static final int RSDP_LENGTH = 36;
    private static final int FADT_LENGTH = 276;
    private static final int FACS_LENGTH = 64;
    private static final int ALIGNMENT = 64;

    private static final long LOCAL_APIC = 0xfee0_0000L;
    private static final long IO_APIC = 0xfec0_0000L;
    private static final int SYSTEM_INTERRUPT = 9;
    private static final int ACTIVE_HIGH_LEVEL = 0xd;

    private static final int RESET_PORT = 0xcf9;
    private static final int RESET_VALUE = 6;

    /** WBINVD works; no power and sleep button; 32-bit timer; reset register. */
    private static final int FADT_FLAGS = 1 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 10;

    /** There are ISA devices; there is no VGA. */
    private static final int BOOT_FLAGS = 1 | 1 << 2;

    /**
     * A PC, as its tables tell of it.
     *
     * @param processors how many, 1 to 255
     * @param configSpace where PCI configuration space of bus 0 is in memory
     * @param low first address and the one behind the last of the root bus below 4 GiB
     * @param high the same above
     * @param powerPorts first port of the power management: event block, control block 4 further,
     *     timer 8 further
     * @param sleepTypeOff what switches off
     * @param firstPciInput input of the interrupt chip that device 0 is wired to
     * @param pciInputs how many inputs the devices are spread over
     */
    public record Pc(
            int processors,
            long configSpace,
            Window low,
            Window high,
            int powerPorts,
            int sleepTypeOff,
            int firstPciInput,
            int pciInputs) {}

    /**
     * A run of addresses.
     *
     * @param start the first
     * @param end the one behind the last
     */
    public record Window(long start, long end) {}

    private final ByteBuffer room = ByteBuffer.allocate(ROOM).order(ByteOrder.LITTLE_ENDIAN);
    private final Pc pc;
    private int next = ALIGNMENT;

    private AcpiTables(Pc pc) {
        this.pc = pc;
    }

    /**
     * Writes the tables of a PC into its memory.
     *
     * @param memory the guest's, from address 0
     * @return the address of the root pointer
     */
    public static long write(MemorySegment memory, Pc pc) {
        AcpiTables tables = new AcpiTables(pc);
        tables.build();
        MemorySegment.copy(
                MemorySegment.ofArray(tables.room.array()), 0, memory, ADDRESS, tables.next);
        return ADDRESS;
    }

    private void build() {
        long dsdt = add("DSDT", 2, dsdt());
        long facs = addFacs();
        long fadt = add("FACP", 6, fadt(dsdt, facs));
        long madt = add("APIC", 4, madt());
        long mcfg = add("MCFG", 1, mcfg());
        ByteBuffer pointers = body(3 * Long.BYTES);
        pointers.putLong(fadt).putLong(madt).putLong(mcfg);
        long xsdt = add("XSDT", 1, pointers.array());
        room.position(0);
        room.put(ascii("RSD PTR ")).put((byte) 0).put(ascii("GPUMED")).put((byte) 2).putInt(0);
        room.putInt(RSDP_LENGTH).putLong(xsdt);
        checksum(0, 20, 8);
        checksum(0, RSDP_LENGTH, 32);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static ByteBuffer body(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Adds a table with the usual header; answers its address. */
    private long add(String signature, int revision, byte[] body) {
        int start = next;
        int length = HEADER + body.length;
        room.position(start);
        room.put(ascii(signature)).putInt(length).put((byte) revision).put((byte) 0);
        room.put(ascii("GPUMED")).put(ascii("KVM-VMM ")).putInt(1);
        room.put(ascii("GMED")).putInt(1);
        room.put(body);
        checksum(start, length, start + CHECKSUM);
        next = start + length + ALIGNMENT - 1 & -ALIGNMENT;
        return ADDRESS + start;
    }

    private long addFacs() {
        int start = next;
        room.position(start);
        room.put(ascii("FACS")).putInt(FACS_LENGTH);
        room.put(start + 32, (byte) 2);
        next = start + FACS_LENGTH;
        return ADDRESS + start;
    }

    /** Makes the bytes of a range add up to zero. */
    private void checksum(int start, int length, int at) {
        room.put(at, (byte) 0);
        int sum = 0;
        for (int i = start; i < start + length; i++) {
            sum += room.get(i);
        }
        room.put(at, (byte) -sum);
    }

    private byte[] dsdt() {
        Aml routes = routes();
        Aml windows =
                new Aml()
                        .buses(0, 0)
                        .ownPorts(0xcf8, 8)
                        .ports(0, 0xcf7)
                        .ports(0xd00, 0xffff)
                        .memory32(pc.low.start, pc.low.end - 1)
                        .memory64(pc.high.start, pc.high.end - 1);
        Aml root =
                new Aml()
                        .name("_HID", Aml.eisaId("PNP0A08"))
                        .name("_CID", Aml.eisaId("PNP0A03"))
                        .name("_UID", Aml.integer(0))
                        .name("_BBN", Aml.integer(0))
                        .name("_CRS", Aml.resources(windows))
                        .name("_PRT", routes);
        Aml board =
                new Aml()
                        .name("_HID", Aml.eisaId("PNP0C02"))
                        .name("_UID", Aml.integer(1))
                        .name("_CRS", Aml.resources(new Aml().ownMemory(pc.configSpace, 1 << 20)));
        Aml off = Aml.integer(pc.sleepTypeOff);
        return new Aml()
                .scope("\\_SB_", new Aml().device("PCI0", root).device("BORD", board))
                .name("_S5_", Aml.list(off, off, Aml.integer(0), Aml.integer(0)))
                .toBytes();
    }

    /** Pin A of each device, straight to an input of the interrupt chip. */
    private Aml routes() {
        Aml[] routes = new Aml[32];
        for (int device = 0; device < routes.length; device++) {
            routes[device] =
                    Aml.list(
                            Aml.integer((long) device << 16 | 0xffff),
                            Aml.integer(0),
                            Aml.integer(0),
                            Aml.integer(pc.firstPciInput + device % pc.pciInputs));
        }
        return Aml.list(routes);
    }

    /** Offsets are those of the table, header included. */
    private byte[] fadt(long dsdt, long facs) {
        ByteBuffer table = body(FADT_LENGTH);
        table.putInt(36, (int) facs).putInt(40, (int) dsdt);
        table.putShort(46, (short) SYSTEM_INTERRUPT);
        table.putInt(56, pc.powerPorts).putInt(64, pc.powerPorts + 4);
        table.putInt(76, pc.powerPorts + 8);
        table.put(88, (byte) 4).put(89, (byte) 2).put(91, (byte) 4);
        table.putShort(96, (short) 0xfff).putShort(98, (short) 0xfff); // no C2, no C3
        table.put(108, (byte) 0x32); // the clock's century
        table.putShort(109, (short) BOOT_FLAGS).putInt(112, FADT_FLAGS);
        port(table, 116, 8, RESET_PORT);
        table.put(128, (byte) RESET_VALUE);
        table.putLong(140, dsdt);
        port(table, 148, 32, pc.powerPorts);
        port(table, 172, 16, pc.powerPorts + 4);
        port(table, 208, 32, pc.powerPorts + 8);
        byte[] body = new byte[FADT_LENGTH - HEADER];
        table.get(HEADER, body);
        return body;
    }

    /** A generic address: a register of some bits in the space of ports. */
    private static void port(ByteBuffer table, int at, int bits, int port) {
        int accessSize = Integer.numberOfTrailingZeros(bits) - 2; // 1 for bytes, 2 for words ...
        table.put(at, (byte) 1).put(at + 1, (byte) bits).put(at + 3, (byte) accessSize);
        table.putLong(at + 4, port);
    }

    private byte[] madt() {
        ByteBuffer table = body(8 + 8 * pc.processors + 12 + 10 + 10 + 6);
        table.putInt((int) LOCAL_APIC).putInt(1);
        for (int id = 0; id < pc.processors; id++) {
            table.put((byte) 0).put((byte) 8).put((byte) id).put((byte) id).putInt(1);
        }
        table.put((byte) 1).put((byte) 12).put((byte) 0).put((byte) 0);
        table.putInt((int) IO_APIC).putInt(0);
        override(table, 0, 2, 0); // the timer
        override(table, SYSTEM_INTERRUPT, SYSTEM_INTERRUPT, ACTIVE_HIGH_LEVEL);
        table.put((byte) 4).put((byte) 6).put((byte) 0xff).putShort((short) 0).put((byte) 1);
        return table.array();
    }

    private static void override(ByteBuffer table, int isa, int input, int flags) {
        table.put((byte) 2).put((byte) 10).put((byte) 0).put((byte) isa);
        table.putInt(input).putShort((short) flags);
    }

    private byte[] mcfg() {
        ByteBuffer table = body(8 + 16);
        table.putLong(0).putLong(pc.configSpace);
        return table.array();
    }
}
