package org.gpumediator.intel.gen7.hardware;

import java.util.Arrays;
import java.util.Optional;

/**
 * The device ids of the Haswell family.
 *
 * <p>Source: Linux i915 PCI id table (desktop, mobile, server, SDV, ULT, ULX, CRW) and the XenGT
 * mediator (0400, 0404, 0408, 0d32, 0d36, 0d3a).
 */
public final class HaswellDevices {

    /** PCI vendor id of Intel. */
    static final int VENDOR = 0x8086;

    /** Where a part is built in; decides which PCH its driver expects. */
    enum Family {
        DESKTOP_MOBILE_SERVER(0x0400),
        SDV(0x0c00),
        ULT_ULX(0x0a00),
        CRW(0x0d00);

        private final int base;

        Family(int base) {
            this.base = base;
        }
    }

    /** One device. */
    record Device(int id, Family family, int gt) {}

    private static final int[] VARIANTS = {0x2, 0x6, 0xa, 0xb, 0xe};
    private static final int[] LEGACY_GT1 = {0x0400, 0x0404, 0x0408};
    private static final int[] LEGACY_CRW_GT3 = {0x0d32, 0x0d36, 0x0d3a};

    private HaswellDevices() {}

    /** Returns the device of an id, or empty if it is not a Haswell. */
    public static Optional<Device> find(int vendor, int id) {
        if (vendor != VENDOR) {
            return Optional.empty();
        }
        if (contains(LEGACY_GT1, id)) {
            return Optional.of(new Device(id, Family.DESKTOP_MOBILE_SERVER, 1));
        }
        if (contains(LEGACY_CRW_GT3, id)) {
            return Optional.of(new Device(id, Family.CRW, 3));
        }
        int gt = (id >> 4 & 0xf) + 1;
        return Arrays.stream(Family.values())
                .filter(
                        family ->
                                (id & 0xff00) == family.base
                                        && gt <= 3
                                        && contains(VARIANTS, id & 0xf))
                .map(family -> new Device(id, family, gt))
                .findFirst();
    }

    private static boolean contains(int[] values, int value) {
        return Arrays.stream(values).anyMatch(each -> each == value);
    }
}
