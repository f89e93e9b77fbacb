package org.gpumediator.nvidia.vf.sriov;

/**
 * Where the virtual functions of a physical function are on the bus. A routing id is a bus number
 * in bits 15:8 and device and function in bits 7:0; counting virtual functions carries into the
 * bus.
 *
 * <p>Source: PCI Express Base Specification 4.0, section 9.2.1.2.
 *
 * @param pfRoutingId of the physical function, {@code 0} to {@code 0xffff}
 * @param firstOffset of the first virtual function, relative to it
 * @param stride from each one to the next
 */
public record VfRouting(int pfRoutingId, int firstOffset, int stride) {

    /** Guest function ids start at 1; 0 is the physical function. */
    public static final int FIRST_GFID = 1;

    /**
     * Validates the numbers.
     *
     * @throws IllegalArgumentException if any is not in {@code 0} to {@code 0xffff}
     */
    public VfRouting {
        check("routing id", pfRoutingId);
        check("first VF offset", firstOffset);
        check("VF stride", stride);
    }

    private static void check(String what, int value) {
        if (value < 0 || value > 0xffff) {
            throw new IllegalArgumentException(what + " " + value + ": expected 0 to 0xffff");
        }
    }

    /**
     * Returns the routing id of a virtual function.
     *
     * @param index from {@code 0}
     * @throws IllegalArgumentException if it is negative, or the id leaves 16 bits
     */
    public int routingId(int index) {
        long id = pfRoutingId + firstOffset + (long) index * stride;
        if (index < 0 || id > 0xffff) {
            throw new IllegalArgumentException(
                    "virtual function " + index + ": its routing id leaves the domain's buses");
        }
        return (int) id;
    }

    /** Returns the guest function id of a virtual function: its index and one. */
    public static int gfid(int index) {
        return index + FIRST_GFID;
    }

    /** Returns domain, bus, device and function of a virtual function as firmware packs them. */
    public int dbdf(int domain, int index) {
        return domain << 16 | routingId(index);
    }

    /**
     * Returns the last bus that so many virtual functions reach.
     *
     * @param count how many; {@code 0} for none
     * @throws IllegalArgumentException if the last one leaves the domain's buses
     */
    public int lastBus(int count) {
        return (count == 0 ? pfRoutingId : routingId(count - 1)) >>> 8;
    }

    /**
     * Returns whether so many virtual functions need a port above that forwards any device number:
     * one of them has another device number than the physical function.
     */
    public boolean needsAriForwarding(int count) {
        return count > 0 && routingId(count - 1) >>> 3 != pfRoutingId >>> 3;
    }
}
