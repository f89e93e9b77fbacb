package org.gpumediator.core.pci;

/**
 * Offsets and bits of the type 0 header. Source: PCI Local Bus Specification 3.0, sections 6.1 and
 * 6.2.
 */
final class ConfigHeader {

    // spotless:off
    static final int VENDOR_ID           = 0x00;
    static final int DEVICE_ID           = 0x02;
    static final int COMMAND             = 0x04;
    static final int STATUS              = 0x06;
    static final int REVISION_ID         = 0x08;
    static final int CLASS_CODE          = 0x09;
    static final int CACHE_LINE_SIZE     = 0x0c;
    static final int LATENCY_TIMER       = 0x0d;
    static final int HEADER_TYPE         = 0x0e;
    static final int BAR_0               = 0x10;
    static final int SUBSYSTEM_VENDOR_ID = 0x2c;
    static final int SUBSYSTEM_ID        = 0x2e;
    static final int EXPANSION_ROM       = 0x30;
    static final int CAPABILITY_POINTER  = 0x34;
    static final int INTERRUPT_LINE      = 0x3c;
    static final int INTERRUPT_PIN       = 0x3d;
    static final int LENGTH              = 0x40;

    static final int CONVENTIONAL_LENGTH = 0x100;
    static final int EXPRESS_LENGTH      = 0x1000;

    static final int COMMAND_IO           = 1 << 0;
    static final int COMMAND_MEMORY       = 1 << 1;
    static final int COMMAND_BUS_MASTER   = 1 << 2;
    static final int COMMAND_PARITY       = 1 << 6;
    static final int COMMAND_SERR         = 1 << 8;
    static final int COMMAND_INTX_DISABLE = 1 << 10;

    static final int STATUS_INTERRUPT       = 1 << 3;
    static final int STATUS_CAPABILITY_LIST = 1 << 4;
    /** Parity, target abort, master abort and system error bits. */
    static final int STATUS_ONE_TO_CLEAR    = 0xf900;

    static final int ROM_ENABLE = 1;
    // spotless:on

    private ConfigHeader() {}
}
