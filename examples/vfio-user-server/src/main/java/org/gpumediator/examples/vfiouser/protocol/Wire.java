package org.gpumediator.examples.vfiouser.protocol;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Numbers of the vfio-user protocol, as they go over the wire. Structures are {@link MessageView}s.
 */
public final class Wire {

    private Wire() {}

    public static final ValueLayout.OfShort LE16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfLong LE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    // spotless:off
    // ---- flags of the header
    public static final int TYPE_MASK      = 0x0f;
    public static final int TYPE_COMMAND   = 0x00;
    public static final int TYPE_REPLY     = 0x01;
    public static final int NO_REPLY       = 0x10;
    public static final int ERROR          = 0x20;

    // ---- commands
    public static final int VERSION                  = 1;
    public static final int DMA_MAP                  = 2;
    public static final int DMA_UNMAP                = 3;
    public static final int DEVICE_GET_INFO          = 4;
    public static final int DEVICE_GET_REGION_INFO   = 5;
    public static final int DEVICE_GET_REGION_IO_FDS = 6;
    public static final int DEVICE_GET_IRQ_INFO      = 7;
    public static final int DEVICE_SET_IRQS          = 8;
    public static final int REGION_READ              = 9;
    public static final int REGION_WRITE             = 10;
    public static final int DMA_READ                 = 11;
    public static final int DMA_WRITE                = 12;
    public static final int DEVICE_RESET             = 13;
    public static final int REGION_WRITE_MULTI       = 15;
    public static final int DEVICE_FEATURE           = 16;
    public static final int MIG_DATA_READ            = 17;
    public static final int MIG_DATA_WRITE           = 18;
    /** One more than the largest command. */
    public static final int COMMANDS                 = 19;

    // ---- regions
    public static final int REGION_ROM    = 6;
    public static final int REGION_CONFIG = 7;
    /** BAR0 to BAR5, ROM, configuration space, legacy VGA. */
    public static final int REGIONS       = 9;

    public static final int REGION_FLAG_READ  = 1;
    public static final int REGION_FLAG_WRITE = 2;
    public static final int REGION_FLAG_MMAP  = 4;
    public static final int REGION_FLAG_CAPS  = 8;

    // ---- interrupts
    public static final int IRQ_INTX  = 0;
    public static final int IRQ_MSI   = 1;
    public static final int IRQ_MSI_X = 2;
    /** INTx, MSI, MSI-X: errors and requests are not offered. */
    public static final int IRQS      = 3;

    public static final int IRQ_DATA_NONE    = 0x01;
    public static final int IRQ_DATA_BOOL    = 0x02;
    public static final int IRQ_DATA_EVENTFD = 0x04;
    public static final int IRQ_MASK         = 0x08;
    public static final int IRQ_UNMASK       = 0x10;
    public static final int IRQ_TRIGGER      = 0x20;

    public static final int IRQ_INFO_EVENTFD    = 1;
    public static final int IRQ_INFO_MASKABLE   = 2;
    public static final int IRQ_INFO_AUTOMASKED = 4;
    // spotless:on

    /** Most bytes of one region access or DMA message that this side takes. */
    public static final int MAX_DATA = 1 << 20;

    /** Longest message that this side takes: a region write of {@link #MAX_DATA} bytes. */
    public static final int MAX_MESSAGE = Header.LENGTH + RegionAccess.LENGTH + MAX_DATA;

    /** Most descriptors that this side takes with one message. */
    public static final int MAX_DESCRIPTORS = 16;
}
