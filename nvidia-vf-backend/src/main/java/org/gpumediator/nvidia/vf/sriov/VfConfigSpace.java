package org.gpumediator.nvidia.vf.sriov;

import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.core.pci.Capability;
import org.gpumediator.core.pci.ExpressCapability;
import org.gpumediator.core.pci.MsixPlace;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.core.pci.PciFunctionBuilder;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.TypeAttributes;
import org.gpumediator.nvidia.vf.types.VfResources;

/**
 * The configuration space of a virtual function, in two forms: as the device has it, and as a guest
 * sees it.
 *
 * <p>A guest's is virtual but for its MSI-X capability: identity and BAR sizes are the type's,
 * commands are stored, everything else reads as zero and takes no write. Offset, length and width
 * of every access are checked against the 4096 bytes, and a guest's window against the size that it
 * is told, not the size of the real BAR.
 *
 * <p>Sources: PCI Express Base Specification 4.0, section 9.3.4 (raw); open VFIO driver series for
 * virtual GPUs (guest's view); dump of an L20 (MSI-X).
 */
public final class VfConfigSpace {

    // spotless:off
    /** Message interrupts of every function. */
    public static final int MSIX_VECTORS        = 6;
    /** Where the MSI-X capability is. */
    public static final int MSIX_OFFSET         = 0x7c;
    /** Where the MSI-X table is in BAR 0. */
    public static final int MSIX_TABLE_OFFSET   = 0x1_0000;
    /** Where the pending bits are in BAR 0. */
    public static final int MSIX_PENDING_OFFSET = 0x2_0000;
    /** Display controller, VGA compatible: what a guest sees. */
    public static final int GUEST_CLASS         = 0x03_0000;
    /** 3D controller: what the device has while its display is off. */
    public static final int RAW_CLASS           = 0x03_0200;
    /** BAR with the registers. */
    public static final int BAR_REGISTERS       = 0;
    /** BAR with the framebuffer. */
    public static final int BAR_FRAMEBUFFER     = 1;
    /** BAR with the instance memory. */
    public static final int BAR_INSTANCE        = 3;

    /** I/O, memory, bus master, parity, SERR, INTx disable: stored, whatever the function has. */
    private static final int GUEST_COMMAND      = 0x0547;
    /** Bus master: the only bit of a raw function's command register that works. */
    private static final int RAW_COMMAND        = 0x0004;

    private static final int ID_MSIX            = 0x11;
    private static final int MSIX_LENGTH        = 12;
    private static final int MSIX_CONTROL       = 0x02;
    private static final int MSIX_TABLE         = 0x04;
    private static final int MSIX_PENDING       = 0x08;
    private static final int MSIX_WRITABLE      = 0xc000;
    private static final int RAW_EXPRESS_OFFSET = 0x40;
    private static final int RAW_ID             = 0xffff;
    // spotless:on

    private VfConfigSpace() {}

    /**
     * Begins the function that a guest of a type sees. The caller may add hooks ({@link
     * PciFunctionBuilder#onWrite}) before it builds.
     *
     * @param board the board it is on
     * @param type its type: identity and framebuffer window are taken from it
     * @throws IllegalArgumentException if the type is not one of this family
     */
    public static PciFunctionBuilder guest(AdaBoard board, VgpuType type) {
        int virtualDevice = virtualDevice(type);
        return PciFunction.builder()
                .extendedSpace()
                .identity(AdaBoard.VENDOR_ID, virtualDevice >>> 16)
                .subsystem(AdaBoard.VENDOR_ID, virtualDevice & 0xffff)
                .revision(AdaBoard.REVISION_ID)
                .classCode(GUEST_CLASS)
                .commandWritable(GUEST_COMMAND)
                .bar(BAR_REGISTERS, BarKind.MEMORY_32, AdaBoard.GUEST_BAR0_BYTES)
                .bar(BAR_FRAMEBUFFER, BarKind.MEMORY_64_PREFETCHABLE, guestBar1Bytes(type))
                .bar(BAR_INSTANCE, BarKind.MEMORY_64_PREFETCHABLE, board.vfBar3Bytes())
                .capability(
                        MSIX_OFFSET,
                        Capability.msiX(
                                MSIX_VECTORS,
                                MsixPlace.in(
                                        BAR_REGISTERS, MSIX_TABLE_OFFSET, MSIX_PENDING_OFFSET)));
    }

    /**
     * Returns the bytes of BAR 1 that a guest of a type is told and may reach.
     *
     * @throws IllegalArgumentException if the type has none
     */
    public static long guestBar1Bytes(VgpuType type) {
        long bytes = type.quota(VfResources.BAR1);
        if (bytes <= 0) {
            throw new IllegalArgumentException(type.name() + ": has no BAR 1");
        }
        return bytes;
    }

    private static int virtualDevice(VgpuType type) {
        String value = type.attributes().get(TypeAttributes.VIRTUAL_DEVICE);
        if (value == null) {
            throw new IllegalArgumentException(
                    type.name() + ": has no " + TypeAttributes.VIRTUAL_DEVICE);
        }
        return Integer.parseUnsignedInt(value, 2, value.length(), 16);
    }

    /**
     * Begins the function as the device has it: software takes vendor and device id from the
     * physical function, of the command register only bus master works, there are no BARs, and a
     * function-level reset is offered.
     *
     * @param board the board it is on
     */
    public static PciFunctionBuilder raw(AdaBoard board) {
        return PciFunction.builder()
                .extendedSpace()
                .identity(RAW_ID, RAW_ID)
                .subsystem(AdaBoard.VENDOR_ID, board.subsystemId())
                .revision(AdaBoard.REVISION_ID)
                .classCode(RAW_CLASS)
                .commandWritable(RAW_COMMAND)
                .capability(
                        RAW_EXPRESS_OFFSET,
                        ExpressCapability.of(ExpressCapability.Type.ENDPOINT)
                                .functionLevelReset()
                                .maxPayload(256)
                                .link(4, 16)
                                .build())
                .capability(
                        MSIX_OFFSET,
                        Capability.conventional(ID_MSIX, MSIX_LENGTH)
                                .field(MSIX_CONTROL, 2, MSIX_VECTORS - 1, MSIX_WRITABLE, 0)
                                .field(MSIX_TABLE, 4, MSIX_TABLE_OFFSET, 0, 0)
                                .field(MSIX_PENDING, 4, MSIX_PENDING_OFFSET, 0, 0)
                                .build());
    }
}
