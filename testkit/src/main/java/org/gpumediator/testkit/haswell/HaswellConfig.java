package org.gpumediator.testkit.haswell;

import java.util.Arrays;

/**
 * Configuration space of the fake: 256 bytes, BAR sizing, MSI at 0x90, power management at 0xd0.
 *
 * <p>Source: layout of the integrated graphics device of a Haswell machine; values of fields that
 * no driver reads are plausible.
 */
final class HaswellConfig {

    static final int LENGTH = 256;
    static final int COMMAND = 0x04;

    private static final int COMMAND_INTX_OFF = 1 << 10;
    private static final int STATUS_INTERRUPT = 1 << 3;
    private static final int STATUS = 0x06;
    private static final int MSI_CONTROL = 0x92;
    private static final int BDSM = 0xdc00_0001;
    private static final int TABLE_OF_2_MIB = 2 << 8;
    private static final int STOLEN_SHIFT = 3;
    private static final int COMMAND_BUS_MASTER = 1 << 2;

    private final byte[] bytes = new byte[LENGTH];
    private final byte[] writable = new byte[LENGTH];
    private final int deviceId;
    private final long apertureBytes;
    private final long stolenBytes;

    HaswellConfig(int deviceId, long apertureBytes, long stolenBytes) {
        this.deviceId = deviceId;
        this.apertureBytes = apertureBytes;
        this.stolenBytes = stolenBytes;
        reset();
    }

    // spotless:off
    void reset() {
        Arrays.fill(bytes, (byte) 0);
        int apertureSelect = apertureBytes >= 512 << 20 ? 3 : apertureBytes >= 256 << 20 ? 1 : 0;
        int apertureMask = (int) -apertureBytes;
        int graphicsControl = TABLE_OF_2_MIB | (int) (stolenBytes >>> 25) << STOLEN_SHIFT;
        int stolenBase = stolenBytes == 0 ? 0 : BDSM;
        //    offset width value                  writable
        field(0x00,  2,    0x8086,                0);           // vendor
        field(0x02,  2,    deviceId,              0);           // device
        field(0x04,  2,    0x0007,                0x0407);      // command: on, as firmware leaves it
        field(0x06,  2,    0x0010,                0);           // status: capability list
        field(0x08,  4,    0x0300_0006,           0);           // class VGA, revision 6
        field(0x10,  4,    0x0000_0004,           0xffc0_0000); // BAR 0: 4 MiB, 64 bits
        field(0x14,  4,    0,                     -1);
        field(0x18,  4,    0x0000_000c,           apertureMask); // BAR 2: 64 bits, prefetchable
        field(0x1c,  4,    0,                     -1);
        field(0x20,  4,    0x0000_0001,           0xffc0);      // BAR 4: 64 ports
        field(0x2c,  2,    0x8086,                0);           // subsystem vendor
        field(0x2e,  2,    0x2010,                0);           // subsystem
        field(0x34,  1,    0x90,                  0);           // first capability
        field(0x3c,  1,    0,                     0xff);        // interrupt line
        field(0x3d,  1,    1,                     0);           // interrupt pin A
        field(0x50,  2,    graphicsControl,       0);           // GGC: stolen in units of 32 MiB
        field(0x5c,  4,    stolenBase,            0);           // BDSM
        field(0x62,  1,    apertureSelect << 1,   0);           // MSAC
        field(0x90,  2,    0xd005,                0);           // MSI, next 0xd0
        field(0x92,  2,    0,                     1);
        field(0x94,  4,    0,                     0xffff_fffc);
        field(0x98,  2,    0,                     0xffff);
        field(0xd0,  2,    0x0001,                0);           // power management, last
        field(0xd2,  2,    0x0022,                0);
        field(0xd4,  2,    0,                     0x0003);
        field(0xe8,  2,    0,                     0xffff);      // SWSCI
        field(0xfc,  4,    0,                     -1);          // ASLS
    }
    // spotless:on

    int read(int offset, int width) {
        check(offset, width);
        int value = 0;
        for (int i = 0; i < width; i++) {
            value |= (bytes[offset + i] & 0xff) << 8 * i;
        }
        return value;
    }

    void write(int offset, int width, int value) {
        check(offset, width);
        for (int i = 0; i < width; i++) {
            int mask = writable[offset + i];
            bytes[offset + i] = (byte) (bytes[offset + i] & ~mask | value >>> 8 * i & mask);
        }
    }

    /** Returns whether the device may access memory. */
    boolean busMaster() {
        return (bytes[COMMAND] & COMMAND_BUS_MASTER) != 0;
    }

    boolean messagesEnabled() {
        return (bytes[MSI_CONTROL] & 1) != 0;
    }

    boolean lineEnabled() {
        return !messagesEnabled() && (read(COMMAND, 2) & COMMAND_INTX_OFF) == 0;
    }

    void setInterruptStatus(boolean asserted) {
        int status = bytes[STATUS] & ~STATUS_INTERRUPT;
        bytes[STATUS] = (byte) (asserted ? status | STATUS_INTERRUPT : status);
    }

    private void field(int offset, int width, int value, int mask) {
        for (int i = 0; i < width; i++) {
            bytes[offset + i] = (byte) (value >>> 8 * i);
            writable[offset + i] = (byte) (mask >>> 8 * i);
        }
    }

    private static void check(int offset, int width) {
        boolean known = width == 1 || width == 2 || width == 4;
        if (!known || offset < 0 || offset > LENGTH - width || offset % width != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "configuration access at 0x%x, width %d: expected an aligned access of"
                                    + " 1, 2 or 4 bytes below 0x%x",
                            offset, width, LENGTH));
        }
    }
}
