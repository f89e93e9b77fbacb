package org.gpumediator.core.pci;

import com.google.common.base.Preconditions;

/**
 * Builds the PCI Express capability, version 2. Source: PCI Express Base Specification 4.0, section
 * 7.5.3.
 */
public final class ExpressCapability {

    /** The kinds of function that have a type 0 header. */
    public enum Type {
        ENDPOINT(0x0),
        LEGACY_ENDPOINT(0x1),
        /** An endpoint on the root complex itself, without a link. */
        INTEGRATED_ENDPOINT(0x9);

        private final int code;

        Type(int code) {
            this.code = code;
        }
    }

    private static final int ID = 0x10;
    private static final int LENGTH = 0x3c;
    private static final int VERSION = 2;
    private static final int TYPE_SHIFT = 4;

    // spotless:off
    private static final int FLAGS            = 0x02;
    private static final int DEVICE_CAPS      = 0x04;
    private static final int DEVICE_CONTROL   = 0x08;
    private static final int DEVICE_STATUS    = 0x0a;
    private static final int LINK_CAPS        = 0x0c;
    private static final int LINK_CONTROL     = 0x10;
    private static final int LINK_STATUS      = 0x12;
    private static final int DEVICE_CAPS_2    = 0x24;
    private static final int DEVICE_CONTROL_2 = 0x28;
    private static final int LINK_CAPS_2      = 0x2c;
    private static final int LINK_CONTROL_2   = 0x30;

    private static final int DEVICE_CAPS_EXTENDED_TAG   = 1 << 5;
    private static final int DEVICE_CAPS_UNLIMITED_L0S  = 0x7 << 6;
    private static final int DEVICE_CAPS_UNLIMITED_L1   = 0x7 << 9;
    private static final int DEVICE_CAPS_ROLE_BASED     = 1 << 15;
    private static final int DEVICE_CAPS_FLR            = 1 << 28;
    /** Relaxed ordering, no snoop, read requests of 512 bytes. */
    private static final int DEVICE_CONTROL_RESET       = 0x2810;
    /** All but phantom functions, auxiliary power and the reset bit. */
    private static final int DEVICE_CONTROL_WRITABLE    = 0x79ff;
    private static final int DEVICE_CONTROL_FLR         = 1 << 15;
    private static final int DEVICE_STATUS_ONE_TO_CLEAR = 0xf;
    private static final int LINK_WIDTH_SHIFT           = 4;
    private static final int LINK_CAPS_ASPM_OPTIONALITY = 1 << 22;
    private static final int LINK_CONTROL_WRITABLE      = 0x00c8;
    private static final int LINK_STATUS_COMMON_CLOCK   = 1 << 12;
    private static final int DEVICE_CAPS_2_NO_TIMEOUT   = 1 << 4;
    private static final int DEVICE_CAPS_2_LATENCY      = 1 << 11;
    private static final int DEVICE_CAPS_2_TEN_BIT_TAGS = 1 << 16 | 1 << 17;
    private static final int DEVICE_CONTROL_2_NO_TIMEOUT   = 1 << 4;
    private static final int DEVICE_CONTROL_2_LATENCY      = 1 << 10;
    private static final int DEVICE_CONTROL_2_TEN_BIT_TAGS = 1 << 12;
    private static final int LINK_CONTROL_2_WRITABLE    = 0xf;
    // spotless:on

    private final Type type;
    private boolean functionLevelReset;
    private int deviceCaps2 = DEVICE_CAPS_2_NO_TIMEOUT;
    private int deviceControl2 = DEVICE_CONTROL_2_NO_TIMEOUT;
    private int payloadCode;
    private int speedCode;
    private int lanes;

    private ExpressCapability(Type type) {
        this.type = type;
    }

    /** Begins a capability without reset, with payloads of 128 bytes and without a link. */
    public static ExpressCapability of(Type type) {
        return new ExpressCapability(type);
    }

    /** Offers the function-level reset; a guest that starts one makes the function ask for it. */
    public ExpressCapability functionLevelReset() {
        functionLevelReset = true;
        return this;
    }

    /** Says that the function reports how much latency it tolerates. */
    public ExpressCapability latencyTolerance() {
        deviceCaps2 |= DEVICE_CAPS_2_LATENCY;
        deviceControl2 |= DEVICE_CONTROL_2_LATENCY;
        return this;
    }

    /** Says that the function uses and answers tags of 10 bits. */
    public ExpressCapability tenBitTags() {
        deviceCaps2 |= DEVICE_CAPS_2_TEN_BIT_TAGS;
        deviceControl2 |= DEVICE_CONTROL_2_TEN_BIT_TAGS;
        return this;
    }

    /**
     * Sets the largest payload.
     *
     * @param bytes a power of two, 128 to 4096
     */
    public ExpressCapability maxPayload(int bytes) {
        Preconditions.checkArgument(
                Integer.bitCount(bytes) == 1 && bytes >= 128 && bytes <= 4096,
                "payload %s: expected a power of two from 128 to 4096",
                bytes);
        payloadCode = Integer.numberOfTrailingZeros(bytes) - 7;
        return this;
    }

    /**
     * Says that the function is at a link which runs at full speed and width.
     *
     * @param generation 1 to 5: 2.5, 5, 8, 16 or 32 GT/s
     * @param width lanes, a power of two from 1 to 32
     */
    public ExpressCapability link(int generation, int width) {
        Preconditions.checkArgument(
                type != Type.INTEGRATED_ENDPOINT, "link: an integrated endpoint has none");
        Preconditions.checkArgument(
                generation >= 1 && generation <= 5, "generation %s: expected 1 to 5", generation);
        Preconditions.checkArgument(
                Integer.bitCount(width) == 1 && width >= 1 && width <= 32,
                "link width %s: expected a power of two from 1 to 32",
                width);
        speedCode = generation;
        lanes = width;
        return this;
    }

    /** Builds the capability. */
    public Capability build() {
        int deviceCaps =
                payloadCode
                        | DEVICE_CAPS_EXTENDED_TAG
                        | DEVICE_CAPS_UNLIMITED_L0S
                        | DEVICE_CAPS_UNLIMITED_L1
                        | DEVICE_CAPS_ROLE_BASED
                        | (functionLevelReset ? DEVICE_CAPS_FLR : 0);
        int flags = VERSION | type.code << TYPE_SHIFT;
        Capability.Builder builder =
                Capability.conventional(ID, LENGTH)
                        .field(FLAGS, 2, flags, 0, 0)
                        .field(DEVICE_CAPS, 4, deviceCaps, 0, 0)
                        .field(DEVICE_CONTROL, 2, DEVICE_CONTROL_RESET, DEVICE_CONTROL_WRITABLE, 0)
                        .field(DEVICE_STATUS, 2, 0, 0, DEVICE_STATUS_ONE_TO_CLEAR)
                        .field(DEVICE_CAPS_2, 4, deviceCaps2, 0, 0)
                        .field(DEVICE_CONTROL_2, 2, 0, deviceControl2, 0);
        if (lanes != 0) {
            addLink(builder);
        }
        if (functionLevelReset) {
            builder.resetRequest(DEVICE_CONTROL, 2, DEVICE_CONTROL_FLR);
        }
        return builder.build();
    }

    private void addLink(Capability.Builder builder) {
        int rate = speedCode | lanes << LINK_WIDTH_SHIFT;
        int speeds = ((1 << speedCode) - 1) << 1;
        builder.field(LINK_CAPS, 4, rate | LINK_CAPS_ASPM_OPTIONALITY, 0, 0)
                .field(LINK_CONTROL, 2, 0, LINK_CONTROL_WRITABLE, 0)
                .field(LINK_STATUS, 2, rate | LINK_STATUS_COMMON_CLOCK, 0, 0)
                .field(LINK_CAPS_2, 4, speeds, 0, 0)
                .field(LINK_CONTROL_2, 2, speedCode, LINK_CONTROL_2_WRITABLE, 0);
    }
}
