package org.gpumediator.core.pci;

import com.google.common.base.Preconditions;

/** Ready-made extended capabilities. */
public final class ExtendedCapabilities {

    private static final int ID_ERROR_REPORTING = 0x0001;
    private static final int ID_SERIAL_NUMBER = 0x0003;
    private static final int ID_ALTERNATIVE_ROUTING = 0x000e;

    /** Every uncorrectable error that the specification defines. */
    private static final int UNCORRECTABLE = 0x07ff_f030;

    private static final int UNCORRECTABLE_SEVERITY_RESET = 0x0046_2030;
    private static final int UNCORRECTABLE_MASK_RESET = 0x0040_0000;

    /** Every correctable error that the specification defines. */
    private static final int CORRECTABLE = 0x0000_f1c1;

    private static final int CORRECTABLE_MASK_RESET = 0x0000_e000;

    private ExtendedCapabilities() {}

    /**
     * Creates advanced error reporting, version 1, with no error and no header logged. Source: PCI
     * Express Base Specification 4.0, section 7.8.4.
     */
    public static Capability errorReporting() {
        return errorReporting(1, 0x2c);
    }

    /** Creates {@link #errorReporting} in version 2: with room for logged prefixes, none logged. */
    public static Capability errorReportingWithPrefixes() {
        return errorReporting(2, 0x48);
    }

    private static Capability errorReporting(int version, int length) {
        // spotless:off
        return Capability.extended(ID_ERROR_REPORTING, version, length)
                .field(0x04, 4, 0,                            0,             UNCORRECTABLE)
                .field(0x08, 4, UNCORRECTABLE_MASK_RESET,     UNCORRECTABLE, 0)
                .field(0x0c, 4, UNCORRECTABLE_SEVERITY_RESET, UNCORRECTABLE, 0)
                .field(0x10, 4, 0,                            0,             CORRECTABLE)
                .field(0x14, 4, CORRECTABLE_MASK_RESET,       CORRECTABLE,   0)
                .build();
        // spotless:on
    }

    /**
     * Creates the device serial number, version 1. Source: PCI Express Base Specification 4.0,
     * section 7.9.3.
     *
     * @param serialNumber EUI-64, any value
     */
    public static Capability serialNumber(long serialNumber) {
        return Capability.extended(ID_SERIAL_NUMBER, 1, 0x0c)
                .field(0x04, 4, (int) serialNumber, 0, 0)
                .field(0x08, 4, (int) (serialNumber >>> 32), 0, 0)
                .build();
    }

    /**
     * Creates alternative routing-ID interpretation (ARI), version 1, without function groups.
     * Source: PCI Express Base Specification 4.0, section 7.8.7.
     *
     * @param nextFunction number of the next function of the device, 0 to 255; 0 for the last
     */
    public static Capability alternativeRouting(int nextFunction) {
        Preconditions.checkArgument(
                nextFunction >= 0 && nextFunction <= 0xff,
                "next function %s: expected 0 to 255",
                nextFunction);
        return Capability.extended(ID_ALTERNATIVE_ROUTING, 1, 0x08)
                .field(0x04, 2, nextFunction << 8, 0, 0)
                .build();
    }
}
