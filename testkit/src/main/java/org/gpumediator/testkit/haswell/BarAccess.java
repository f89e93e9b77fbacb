package org.gpumediator.testkit.haswell;

import org.gpumediator.api.AccessWidth;

/**
 * What the device's BARs answer: registers and the translation table in BAR 0, the aperture in BAR
 * 2, an index and a data port in BAR 4. Not safe for use by multiple threads.
 */
final class BarAccess {

    static final int GTT_OFFSET = RegisterFile.LENGTH;
    static final long REGISTERS_LENGTH = 2L * RegisterFile.LENGTH;
    static final long PORTS_LENGTH = 64;

    private static final int PORT_INDEX = 0;
    private static final int PORT_DATA = 4;

    private final Chip chip;
    private int portIndex;

    BarAccess(Chip chip) {
        this.chip = chip;
    }

    void reset() {
        portIndex = 0;
    }

    long read(int bar, long offset, int width) {
        return switch (bar) {
            case 0 -> readRegisters((int) offset, width);
            case 2 -> chip.aperture.read(offset, width);
            default -> readPort((int) offset, width);
        };
    }

    void write(int bar, long offset, int width, long value) {
        switch (bar) {
            case 0 -> writeRegisters((int) offset, width, value);
            case 2 -> chip.aperture.write(offset, width, value);
            default -> writePort((int) offset, width, value);
        }
    }

    /** Returns whether an access is one of the translation table, which is nothing but storage. */
    static boolean isTable(int bar, long offset) {
        return bar == 0 && offset >= GTT_OFFSET;
    }

    private long readRegisters(int offset, int width) {
        if (width == 8) {
            return Integer.toUnsignedLong(readDword(offset)) | (long) readDword(offset + 4) << 32;
        }
        return part(readDword(offset & ~3), offset, width);
    }

    private int readDword(int offset) {
        if (offset >= GTT_OFFSET) {
            return chip.gtt.entry(offset - GTT_OFFSET >>> 2);
        }
        chip.tickFromClock();
        return chip.readRegister(offset);
    }

    private void writeRegisters(int offset, int width, long value) {
        if (width == 8) {
            writeDword(offset, (int) value);
            writeDword(offset + 4, (int) (value >>> 32));
        } else if (width == 4) {
            writeDword(offset, (int) value);
        } else {
            writePart(offset, width, (int) value);
        }
    }

    private void writeDword(int offset, int value) {
        if (offset >= GTT_OFFSET) {
            chip.writeGtt(offset - GTT_OFFSET >>> 2, value);
        } else {
            chip.tickFromClock();
            chip.writeRegister(offset, value);
        }
    }

    /** Writes a byte or two: the rest of the register is written with what it holds. */
    private void writePart(int offset, int width, int value) {
        int dword = offset & ~3;
        int shift = 8 * (offset & 3);
        int mask = (width == 1 ? 0xff : 0xffff) << shift;
        int stored =
                dword >= GTT_OFFSET
                        ? chip.gtt.entry(dword - GTT_OFFSET >>> 2)
                        : chip.registers.get(dword);
        writeDword(dword, stored & ~mask | value << shift & mask);
    }

    private long readPort(int offset, int width) {
        if (width == 8) {
            return readPort(offset, 4) | readPort(offset + 4, 4) << 32;
        }
        int port = offset & ~3;
        int dword = port == PORT_INDEX ? portIndex : port == PORT_DATA ? readDword(portIndex) : 0;
        return part(dword, offset, width);
    }

    private void writePort(int offset, int width, long value) {
        if (width == 8) {
            writePort(offset, 4, value);
            writePort(offset + 4, 4, value >>> 32);
        } else if (offset == PORT_INDEX && width == 4) {
            portIndex = (int) value & (int) (REGISTERS_LENGTH - 1) & ~3;
        } else if (offset == PORT_DATA && width == 4) {
            writeDword(portIndex, (int) value);
        }
    }

    private static long part(int dword, int offset, int width) {
        return Integer.toUnsignedLong(dword) >>> 8 * (offset & 3) & AccessWidth.ones(width);
    }
}
