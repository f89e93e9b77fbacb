package org.gpumediator.testkit.ada;

import org.jspecify.annotations.Nullable;

/**
 * Versions of the protocol between a guest driver and the firmware task of its virtual GPU, and
 * where the records of the facts are that it fetches in each. All that is not named is zero.
 *
 * <p>Source: lengths on the wire of the open guest driver 555.58.02, and places that its own packer
 * gives.
 */
enum GuestVersion {
    // spotless:off
    //         major minor  bytes   main   gid    region notify  props   devices interrupts
    V25_0E (0x25, 0x0e, 0xd380, 0x1a8, 0xc78, 0xdb8, 0x1170, 0x19b0, 0x19c0, 0xa680),
    V26_05 (0x26, 0x05, 0xd49c, 0x1a8, 0xd40, 0xe80, 0x1238, 0x1a78, 0x1a90, 0xa750);
    // spotless:on

    /** Bytes of the facts of the graphics engine, in every version. */
    static final int GRAPHICS_BYTES = 0x7c30;

    /** Where the buffers of a graphics context are among them. */
    static final int GRAPHICS_BUFFERS = 0x6a00;

    /** Where the parts of the graphics engine are among them. */
    static final int GRAPHICS_MASKS = 0x70c8;

    final int major;
    final int minor;
    final int bytes;
    final int main;
    final int gid;
    final int regions;
    final int notifications;
    final int properties;
    final int devices;
    final int interrupts;

    GuestVersion(
            int major,
            int minor,
            int bytes,
            int main,
            int gid,
            int regions,
            int notifications,
            int properties,
            int devices,
            int interrupts) {
        this.major = major;
        this.minor = minor;
        this.bytes = bytes;
        this.main = main;
        this.gid = gid;
        this.regions = regions;
        this.notifications = notifications;
        this.properties = properties;
        this.devices = devices;
        this.interrupts = interrupts;
    }

    /** Returns a version, or null if the firmware does not speak it. */
    static @Nullable GuestVersion of(int major, int minor) {
        for (GuestVersion each : values()) {
            if (each.major == major && each.minor == minor) {
                return each;
            }
        }
        return null;
    }

    /**
     * Returns what the firmware proposes to whom it does not understand: every driver speaks it.
     */
    static GuestVersion oldest() {
        return V25_0E;
    }
}
