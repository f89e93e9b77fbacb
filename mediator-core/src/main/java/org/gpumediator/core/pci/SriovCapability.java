package org.gpumediator.core.pci;

import com.google.common.base.Preconditions;
import org.gpumediator.api.pci.BarKind;

/**
 * Builds the single-root I/O virtualisation extended capability, version 1, as registers: a guest
 * (or a host) can set it up, and what must not change while virtual functions are enabled is
 * read-only then. Making the functions is the backend's part; it hears of writes by {@link
 * PciFunctionBuilder#onWrite}. Source: PCI Express Base Specification 4.0, section 9.3.3.
 */
public final class SriovCapability {

    /** Length of the capability in bytes. */
    public static final int LENGTH = 0x40;

    /** Byte offset of the control register from the start of the capability, 2 bytes. */
    public static final int CONTROL = 0x08;

    /** The bit of {@link #CONTROL} that enables the virtual functions. */
    public static final int CONTROL_VF_ENABLE = 1;

    /** The bit of {@link #CONTROL} that lets the virtual functions decode memory. */
    public static final int CONTROL_VF_MEMORY_ENABLE = 1 << 3;

    /** The bit of {@link #CONTROL} that says ARI is in use above the function. */
    public static final int CONTROL_ARI_HIERARCHY = 1 << 4;

    /** Byte offset of NumVFs from the start of the capability, 2 bytes. */
    public static final int NUM_VFS = 0x10;

    /** Byte offset of the first VF BAR from the start of the capability. */
    public static final int VF_BAR_0 = 0x24;

    /** Identifier of the extended capability. */
    public static final int ID = 0x0010;

    // spotless:off
    private static final int CAPABILITIES          = 0x04;
    private static final int INITIAL_VFS           = 0x0c;
    private static final int TOTAL_VFS             = 0x0e;
    private static final int DEPENDENCY_LINK       = 0x12;
    /** Byte offset of the first routing id, 2 bytes, relative to the physical function. */
    public static final int FIRST_VF_OFFSET        = 0x14;
    /** Byte offset of the distance of routing ids, 2 bytes. */
    public static final int VF_STRIDE              = 0x16;
    private static final int VF_DEVICE_ID          = 0x1a;
    private static final int SUPPORTED_PAGE_SIZES  = 0x1c;
    private static final int SYSTEM_PAGE_SIZE      = 0x20;
    // spotless:on

    private static final int CAPABILITIES_ARI_PRESERVED = 1 << 1;
    private static final int CAPABILITIES_TEN_BIT_TAG = 1 << 2;
    private static final int CONTROL_TEN_BIT_TAG = 1 << 5;
    private static final int CONTROL_ALWAYS_WRITABLE = CONTROL_VF_ENABLE | CONTROL_VF_MEMORY_ENABLE;
    private static final int VF_BARS = 6;

    private final int totalVfs;
    private int firstOffset = 1;
    private int stride = 1;
    private int vfDeviceId;
    private int dependencyLink;
    private int pageSizes = 1;
    private int capabilities = CAPABILITIES_ARI_PRESERVED;
    private final Bars bars = new Bars();

    private SriovCapability(int totalVfs) {
        this.totalVfs = totalVfs;
    }

    /**
     * Begins a capability with pages of 4 KiB, offset and stride 1.
     *
     * @param totalVfs how many virtual functions there can be, 1 to 0xffff
     */
    public static SriovCapability of(int totalVfs) {
        checkWord("total VFs", totalVfs);
        return new SriovCapability(totalVfs);
    }

    /** Sets the device id that the virtual functions have. */
    public SriovCapability vfDevice(int vfDeviceId) {
        checkWord("VF device", vfDeviceId);
        this.vfDeviceId = vfDeviceId;
        return this;
    }

    /**
     * Sets where the virtual functions are.
     *
     * @param firstOffset routing id of the first one, relative to this function
     * @param stride from each one to the next
     */
    public SriovCapability routing(int firstOffset, int stride) {
        checkWord("first VF offset", firstOffset);
        checkWord("VF stride", stride);
        this.firstOffset = firstOffset;
        this.stride = stride;
        return this;
    }

    /** Sets the number of the function that this one depends on; 0 without this call. */
    public SriovCapability dependencyLink(int function) {
        Preconditions.checkArgument(
                function >= 0 && function <= 0xff, "function %s: expected 0 to 255", function);
        this.dependencyLink = function;
        return this;
    }

    /**
     * Sets the page sizes that the function supports.
     *
     * @param mask bit n for pages of 2^(n+12) bytes; bit 0 must be set
     */
    public SriovCapability pageSizes(int mask) {
        Preconditions.checkArgument((mask & 1) != 0, "page sizes %s: expected 4 KiB in it", mask);
        this.pageSizes = mask;
        return this;
    }

    /** Says that the virtual functions can use 10-bit tags. */
    public SriovCapability tenBitTags() {
        this.capabilities |= CAPABILITIES_TEN_BIT_TAG;
        return this;
    }

    /**
     * Adds a BAR that every virtual function has.
     *
     * @param index 0 to 5; a 64-bit BAR also takes the slot after it
     * @param kind a kind of memory BAR
     * @param lengthForEach bytes for each virtual function, a power of two from 4 KiB
     */
    public SriovCapability vfBar(int index, BarKind kind, long lengthForEach) {
        Preconditions.checkArgument(
                kind.isMemory() && kind != BarKind.ROM, "VF BAR %s: expected memory", index);
        Preconditions.checkArgument(
                lengthForEach >= 4096, "length %s: expected 4 KiB or more", lengthForEach);
        bars.declare(index, kind, lengthForEach);
        return this;
    }

    /** Builds the capability. */
    public Capability build() {
        int control =
                CONTROL_ALWAYS_WRITABLE
                        | CONTROL_ARI_HIERARCHY
                        | ((capabilities & CAPABILITIES_TEN_BIT_TAG) != 0
                                ? CONTROL_TEN_BIT_TAG
                                : 0);
        Capability.Builder builder = Capability.extended(ID, 1, LENGTH);
        // spotless:off
        builder.field(CAPABILITIES,         4, capabilities,   0,         0)
               .field(CONTROL,              2, 0,              control,   0)
               .field(INITIAL_VFS,          2, totalVfs,       0,         0)
               .field(TOTAL_VFS,            2, totalVfs,       0,         0)
               .field(NUM_VFS,              2, 0,              0xffff,    0)
               .field(DEPENDENCY_LINK,      1, dependencyLink, 0,         0)
               .field(FIRST_VF_OFFSET,      2, firstOffset,    0,         0)
               .field(VF_STRIDE,            2, stride,         0,         0)
               .field(VF_DEVICE_ID,         2, vfDeviceId,     0,         0)
               .field(SUPPORTED_PAGE_SIZES, 4, pageSizes,      0,         0)
               .field(SYSTEM_PAGE_SIZE,     4, 1,              pageSizes, 0);
        // spotless:on
        freeze(builder, CONTROL, ~CONTROL_ALWAYS_WRITABLE);
        freeze(builder, NUM_VFS, -1);
        builder.frozenWhile(SYSTEM_PAGE_SIZE, 4, -1, CONTROL, CONTROL_VF_ENABLE);
        for (int i = 0; i < VF_BARS; i++) {
            bars.layOutSlot(i, VF_BAR_0 + 4 * i, builder);
            builder.frozenWhile(VF_BAR_0 + 4 * i, 4, -1, CONTROL, CONTROL_VF_ENABLE);
        }
        return builder.build();
    }

    private static void freeze(Capability.Builder builder, int at, int mask) {
        builder.frozenWhile(at, 2, mask, CONTROL, CONTROL_VF_ENABLE);
    }

    private static void checkWord(String name, int value) {
        Preconditions.checkArgument(
                value >= 0 && value <= 0xffff, "%s %s: expected 0 to 0xffff", name, value);
    }
}
