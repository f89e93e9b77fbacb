package org.gpumediator.testkit.guest;

import java.util.Arrays;

/**
 * How the driver talks to a monitor: over the wires of an HDMI or VGA plug, or in packets over an
 * AUX channel.
 *
 * <p>Source: GMBUS of Linux i915 (index cycles, wait phase, stop); VESA DisplayPort: native and I2C
 * transactions over AUX, at most 16 bytes each.
 */
final class MonitorWires {

    private static final int BLOCK = 128;
    private static final int EDID_ADDRESS = 0x50;
    private static final int GMBUS0 = 0xc_5100;
    private static final int GMBUS1 = 0xc_5104;
    private static final int GMBUS2 = 0xc_5108;
    private static final int GMBUS3 = 0xc_510c;
    private static final int READ_AT_INDEX = 0x4600_0000;
    private static final int STOP = 0x4800_0000;
    private static final int CLEAR = 0x8000_0000;
    private static final int READY = 1 << 11;
    private static final int NAK = 1 << 10;
    private static final int WAIT = 1 << 14;
    private static final int ACTIVE = 1 << 9;

    private static final int AUX_SEND = 1 << 31;
    private static final int AUX_DONE = 1 << 30;
    private static final int AUX_TIMEOUT = 1 << 28;
    private static final int AUX_ERROR = 1 << 25;
    private static final int AUX_CLOCKS = 0x3_003f;
    private static final int AUX_PIECE = 16;
    private static final int NATIVE_WRITE = 8;
    private static final int NATIVE_READ = 9;
    private static final int I2C_WRITE_MORE = 4;
    private static final int I2C_READ_MORE = 5;
    private static final int I2C_READ = 1;

    private final GuestBus bus;
    private final GuestPort port;

    MonitorWires(GuestBus bus, GuestPort port) {
        this.bus = bus;
        this.port = port;
    }

    /** Reads the whole EDID; empty if no monitor answers. */
    byte[] edid() {
        byte[] edid = block(0);
        for (int block = 1; edid.length > 0 && block <= (edid[126] & 0xff); block++) {
            byte[] more = block(block);
            int had = edid.length;
            edid = Arrays.copyOf(edid, had + more.length);
            System.arraycopy(more, 0, edid, had, more.length);
        }
        return edid;
    }

    private byte[] block(int block) {
        return port.packets() ? blockByPackets(block) : blockByWires(block);
    }

    // ---- wires

    private byte[] blockByWires(int block) {
        bus.write(GMBUS0, port.pins);
        bus.write(
                GMBUS1,
                READ_AT_INDEX | BLOCK << 16 | (block & 1) * BLOCK << 8 | EDID_ADDRESS << 1 | 1);
        byte[] bytes = new byte[BLOCK];
        for (int at = 0; at < BLOCK; at += 4) {
            int status = bus.read(GMBUS2);
            if ((status & NAK) != 0) {
                bus.write(GMBUS1, CLEAR);
                bus.write(GMBUS1, 0);
                bus.write(GMBUS0, 0);
                return new byte[0];
            }
            DriverProbe.require((status & READY) != 0, "GMBUS is not ready: 0x%08x", status);
            int word = bus.read(GMBUS3);
            for (int i = 0; i < 4; i++) {
                bytes[at + i] = (byte) (word >>> 8 * i);
            }
        }
        DriverProbe.require((bus.read(GMBUS2) & WAIT) != 0, "GMBUS: no wait phase at the end");
        bus.write(GMBUS1, STOP);
        DriverProbe.require((bus.read(GMBUS2) & ACTIVE) == 0, "GMBUS stays active after STOP");
        bus.write(GMBUS0, 0);
        return bytes;
    }

    // ---- packets

    private byte[] blockByPackets(int block) {
        byte[] bytes = new byte[BLOCK];
        if (aux(I2C_WRITE_MORE, EDID_ADDRESS, (byte) (block * BLOCK)).length != 1) {
            return new byte[0];
        }
        for (int at = 0; at < BLOCK; at += AUX_PIECE) {
            byte[] reply = auxRead(I2C_READ_MORE, EDID_ADDRESS, AUX_PIECE);
            DriverProbe.require(
                    reply.length == AUX_PIECE + 1, "AUX: %d bytes of EDID", reply.length - 1);
            System.arraycopy(reply, 1, bytes, at, AUX_PIECE);
        }
        transfer(new byte[] {I2C_READ << 4, 0, EDID_ADDRESS}); // stop
        return bytes;
    }

    /** Reads the monitor's configuration data; empty if no monitor answers. */
    byte[] readDpcd(int address, int count) {
        byte[] reply = auxRead(NATIVE_READ, address, count);
        return reply.length == 0 ? reply : Arrays.copyOfRange(reply, 1, reply.length);
    }

    /** Writes the monitor's configuration data. */
    void writeDpcd(int address, int... values) {
        byte[] data = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            data[i] = (byte) values[i];
        }
        byte[] reply = aux(NATIVE_WRITE, address, data);
        DriverProbe.require(reply.length == 1 && reply[0] == 0, "DPCD 0x%x is not taken", address);
    }

    private byte[] auxRead(int command, int address, int count) {
        return transfer(header(command, address, count, 4));
    }

    private byte[] aux(int command, int address, byte... data) {
        byte[] message = header(command, address, data.length, 4 + data.length);
        System.arraycopy(data, 0, message, 4, data.length);
        return transfer(message);
    }

    private static byte[] header(int command, int address, int count, int length) {
        byte[] message = new byte[length];
        message[0] = (byte) (command << 4 | address >>> 16);
        message[1] = (byte) (address >>> 8);
        message[2] = (byte) address;
        message[3] = (byte) (count - 1);
        return message;
    }

    /** Sends a message; returns the reply, empty if nobody answers in time. */
    private byte[] transfer(byte[] message) {
        for (int at = 0; at < message.length; at += 4) {
            int word = 0;
            for (int i = 0; i < 4; i++) {
                word = word << 8 | (at + i < message.length ? message[at + i] & 0xff : 0);
            }
            bus.write(port.aux + 4 + at, word);
        }
        bus.write(
                port.aux,
                AUX_SEND | AUX_DONE | AUX_TIMEOUT | AUX_ERROR | message.length << 20 | AUX_CLOCKS);
        int status = bus.read(port.aux);
        DriverProbe.require((status & AUX_SEND) == 0, "AUX is not done: 0x%08x", status);
        bus.write(port.aux, status | AUX_DONE | AUX_TIMEOUT | AUX_ERROR);
        if ((status & AUX_TIMEOUT) != 0) {
            return new byte[0];
        }
        byte[] reply = new byte[status >>> 20 & 0x1f];
        DriverProbe.require(
                reply.length > 0 && reply.length <= 20, "AUX: a reply of %d bytes", reply.length);
        for (int i = 0; i < reply.length; i++) {
            reply[i] = (byte) (bus.read(port.aux + 4 + (i & ~3)) >>> 24 - 8 * (i & 3));
        }
        return reply;
    }
}
