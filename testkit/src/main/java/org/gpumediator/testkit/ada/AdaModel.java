package org.gpumediator.testkit.ada;

/**
 * A board that {@link FakeAda} can be.
 *
 * <p>Source: PCI ids of the vendor's type data, sizes of a dump of an L20 with 32 virtual
 * functions. Framebuffer apertures of 24 and 32 GiB boards are a choice, not a fact.
 */
public enum AdaModel {
    // spotless:off
    //            title           device  subsys  boot value   GiB seg  vf1
    L2           ("L2",           0x27b6, 0x1933, 0x1940_00a1, 24, 64,  1),
    L4           ("L4",           0x27b8, 0x16ca, 0x1940_00a1, 24, 64,  1),
    L20          ("L20",          0x26ba, 0x1957, 0x1920_00a1, 48, 128, 2),
    L40          ("L40",          0x26b5, 0x169d, 0x1920_00a1, 48, 128, 2),
    L40S         ("L40S",         0x26b9, 0x1851, 0x1920_00a1, 48, 128, 2),
    RTX_5000_ADA ("RTX 5000 Ada", 0x26b2, 0x17fa, 0x1920_00a1, 32, 128, 1),
    RTX_6000_ADA ("RTX 6000 Ada", 0x26b1, 0x16a1, 0x1920_00a1, 48, 128, 2);
    // spotless:on

    private final String title;
    private final int deviceId;
    private final int subsystemId;
    private final int bootValue;
    private final int gibibytes;
    private final int segmentMebibytes;
    private final int vfApertureGibibytes;

    AdaModel(
            String title,
            int deviceId,
            int subsystemId,
            int bootValue,
            int gibibytes,
            int segmentMebibytes,
            int vfApertureGibibytes) {
        this.title = title;
        this.deviceId = deviceId;
        this.subsystemId = subsystemId;
        this.bootValue = bootValue;
        this.gibibytes = gibibytes;
        this.segmentMebibytes = segmentMebibytes;
        this.vfApertureGibibytes = vfApertureGibibytes;
    }

    /** Returns the name people use. */
    public String title() {
        return title;
    }

    /** Returns the PCI device id. */
    public int deviceId() {
        return deviceId;
    }

    /** Returns the PCI subsystem id; plausible where no source has it. */
    public int subsystemId() {
        return subsystemId;
    }

    /** Returns the bytes of framebuffer. */
    public long framebufferBytes() {
        return (long) gibibytes << 30;
    }

    /** Returns the granularity in bytes in which framebuffer is given to virtual functions. */
    public long segmentBytes() {
        return (long) segmentMebibytes << 20;
    }

    int bootValue() {
        return bootValue;
    }

    /** What register 0xa00 reads: architecture, implementation, then the revision. */
    int chipValue() {
        return bootValue & 0xfff0_0000 | (bootValue & 0xff) << 12;
    }

    long vfApertureBytes() {
        return (long) vfApertureGibibytes << 30;
    }
}
