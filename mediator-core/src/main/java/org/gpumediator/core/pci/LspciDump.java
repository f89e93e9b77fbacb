package org.gpumediator.core.pci;

import java.util.HexFormat;
import java.util.Map;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.pci.ConfigSpace;

/**
 * Writes configuration spaces as text that {@code lspci -F} reads: what {@code lspci -xxx} prints
 * for a conventional function and {@code lspci -xxxx} for one with extended space.
 */
public final class LspciDump {

    private static final int BYTES_PER_LINE = 16;
    private static final int NOT_SAID = 0xffff;
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    /** Source: PCI Code and ID Assignment Specification 1.11, section 1. */
    private static final Map<Integer, String> CLASS_NAMES =
            Map.of(
                    0x0300, "VGA compatible controller",
                    0x0301, "XGA compatible controller",
                    0x0302, "3D controller",
                    0x0380, "Display controller",
                    0x0600, "Host bridge",
                    0x0601, "ISA bridge",
                    0x0604, "PCI bridge");

    private final StringBuilder text = new StringBuilder();

    /** Creates an empty dump. */
    public LspciDump() {}

    /** Returns the dump of one function. */
    public static String of(PciAddress address, ConfigSpace space) {
        return new LspciDump().add(address, space).toString();
    }

    /** Appends a function. */
    public LspciDump add(PciAddress address, ConfigSpace space) {
        return add(address, space.snapshot());
    }

    /**
     * Appends a function of the host: a physical GPU, or one of its virtual functions. The vendor
     * and device id of a virtual function read as ones; software takes them from elsewhere, and so
     * does the dump: they are those of its {@link PhysicalGpu#identity}.
     */
    public LspciDump add(PciAddress address, PhysicalGpu function) {
        byte[] space = new byte[function.configLength()];
        for (int at = 0; at < space.length; at += 4) {
            put(space, at, function.readConfig(at, 4));
        }
        if (word(space, ConfigHeader.VENDOR_ID) == NOT_SAID) {
            GpuIdentity identity = function.identity();
            put(space, ConfigHeader.VENDOR_ID, identity.vendor() | identity.device() << 16);
        }
        return add(address, space);
    }

    private static void put(byte[] space, int at, int value) {
        for (int i = 0; i < 4; i++) {
            space[at + i] = (byte) (value >>> 8 * i);
        }
    }

    /**
     * Appends a function.
     *
     * @param space its configuration space, 256 or 4096 bytes
     * @throws IllegalArgumentException if it has any other length
     */
    public LspciDump add(PciAddress address, byte[] space) {
        if (space.length != ConfigHeader.CONVENTIONAL_LENGTH
                && space.length != ConfigHeader.EXPRESS_LENGTH) {
            throw new IllegalArgumentException(
                    "space of " + space.length + " bytes: expected 256 or 4096");
        }
        appendTitle(address, space);
        for (int at = 0; at < space.length; at += BYTES_PER_LINE) {
            text.append("%02x: ".formatted(at));
            HEX.formatHex(text, space, at, at + BYTES_PER_LINE);
            text.append('\n');
        }
        text.append('\n');
        return this;
    }

    private void appendTitle(PciAddress address, byte[] space) {
        int classCode = word(space, ConfigHeader.CLASS_CODE + 1);
        String name = CLASS_NAMES.get(classCode);
        text.append(address)
                .append(' ')
                .append(name == null ? "Class %04x".formatted(classCode) : name)
                .append(
                        ": Device %04x:%04x"
                                .formatted(
                                        word(space, ConfigHeader.VENDOR_ID),
                                        word(space, ConfigHeader.DEVICE_ID)));
        int revision = space[ConfigHeader.REVISION_ID] & 0xff;
        if (revision != 0) {
            text.append(" (rev %02x)".formatted(revision));
        }
        text.append('\n');
    }

    private static int word(byte[] space, int offset) {
        return space[offset] & 0xff | (space[offset + 1] & 0xff) << 8;
    }

    /** Returns the text: for each function a title, its bytes in lines of 16, an empty line. */
    @Override
    public String toString() {
        return text.toString();
    }
}
