package org.gpumediator.api.hardware;

/**
 * Which GPU it is, as its configuration space says.
 *
 * @param vendor PCI vendor id, 16 bits
 * @param device PCI device id, 16 bits
 * @param subsystemVendor PCI subsystem vendor id, 16 bits
 * @param subsystem PCI subsystem id, 16 bits
 * @param revision PCI revision, 8 bits
 * @param classCode base class, sub-class and programming interface, 24 bits
 */
public record GpuIdentity(
        int vendor, int device, int subsystemVendor, int subsystem, int revision, int classCode) {

    /**
     * Validates the numbers.
     *
     * @throws IllegalArgumentException if one has more bits than it may
     */
    public GpuIdentity {
        check("vendor", vendor, 16);
        check("device", device, 16);
        check("subsystem vendor", subsystemVendor, 16);
        check("subsystem", subsystem, 16);
        check("revision", revision, 8);
        check("class code", classCode, 24);
    }

    private static void check(String what, int value, int bits) {
        if (value >>> bits != 0) {
            throw new IllegalArgumentException(
                    String.format("%s 0x%x: expected %d bits", what, value, bits));
        }
    }

    @Override
    public String toString() {
        return String.format("%04x:%04x (rev %02x)", vendor, device, revision);
    }
}
