package org.gpumediator.nvidia.vf.sriov;

import org.gpumediator.core.catalogue.BitField;

/**
 * Registers of the SR-IOV extended capability, byte offsets from its start. Source: PCI Express
 * Base Specification 4.0, section 9.3.3; values of Ada from a dump of an L20.
 */
public final class SriovRegisters {

    // spotless:off
    /** Identifier of the capability. */
    public static final int SRIOV_ID               = 0x0010;
    /** Bytes of the capability. */
    public static final int SRIOV_LENGTH           = 0x40;
    /** Where the capability is in the configuration space of an Ada board. */
    public static final int ADA_SRIOV_OFFSET       = 0xbcc;
    /** Where the alternative routing capability is in the configuration space of an Ada board. */
    public static final int ADA_ARI_OFFSET         = 0xc14;
    /** First virtual function of an Ada board, relative to the physical one. */
    public static final int ADA_FIRST_VF_OFFSET    = 4;
    /** Step between virtual functions of an Ada board. */
    public static final int ADA_VF_STRIDE          = 1;
    /** Page sizes of an Ada board: 4, 8, 64, 256 KiB, 1 and 4 MiB. */
    public static final int ADA_PAGE_SIZES         = 0x573;

    static final int SRIOV_CAPABILITIES            = 0x04;
    static final int SRIOV_CONTROL                 = 0x08;
    static final int SRIOV_STATUS                  = 0x0a;
    static final int SRIOV_INITIAL_VFS             = 0x0c;
    static final int SRIOV_TOTAL_VFS               = 0x0e;
    static final int SRIOV_NUM_VFS                 = 0x10;
    static final int SRIOV_DEPENDENCY_LINK         = 0x12;
    static final int SRIOV_FIRST_VF_OFFSET         = 0x14;
    static final int SRIOV_VF_STRIDE               = 0x16;
    static final int SRIOV_VF_DEVICE_ID            = 0x1a;
    static final int SRIOV_SUPPORTED_PAGE_SIZES    = 0x1c;
    static final int SRIOV_SYSTEM_PAGE_SIZE        = 0x20;
    static final int SRIOV_VF_BAR_0                = 0x24;

    static final BitField SRIOV_CAPABILITIES_MIGRATION    = BitField.bit(0);
    static final BitField SRIOV_CONTROL_VF_ENABLE         = BitField.bit(0);
    static final BitField SRIOV_CONTROL_VF_MEMORY_ENABLE  = BitField.bit(3);
    static final BitField SRIOV_CONTROL_ARI_HIERARCHY     = BitField.bit(4);

    static final BitField EXTENDED_HEADER_ID       = BitField.range(15, 0);
    static final BitField EXTENDED_HEADER_NEXT     = BitField.range(31, 20);
    static final int      EXTENDED_FIRST           = 0x100;

    static final BitField BAR_IO                   = BitField.bit(0);
    static final BitField BAR_TYPE                 = BitField.range(2, 1);
    static final int      BAR_TYPE_64              = 2;
    static final BitField BAR_PREFETCHABLE         = BitField.bit(3);
    static final int      BAR_FLAGS                = 0xf;
    static final int      BARS                     = 6;

    static final int      COMMAND                  = 0x04;
    static final BitField COMMAND_MEMORY           = BitField.bit(1);
    // spotless:on

    private SriovRegisters() {}
}
