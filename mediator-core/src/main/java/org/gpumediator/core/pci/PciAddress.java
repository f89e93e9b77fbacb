package org.gpumediator.core.pci;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a function is on the PCI buses of one machine.
 *
 * @param domain 0 to 0xffff
 * @param bus 0 to 0xff
 * @param device 0 to 0x1f
 * @param function 0 to 7
 */
public record PciAddress(int domain, int bus, int device, int function) {

    private static final Pattern TEXT =
            Pattern.compile("(?:([0-9a-f]{4}):)?([0-9a-f]{2}):([01][0-9a-f])\\.([0-7])");

    /**
     * Validates the address.
     *
     * @throws IllegalArgumentException if a part is out of range
     */
    public PciAddress {
        check("domain", domain, 0xffff);
        check("bus", bus, 0xff);
        check("device", device, 0x1f);
        check("function", function, 7);
    }

    /**
     * Reads an address as {@link #toString} writes it; the domain may be missing.
     *
     * @throws IllegalArgumentException if the text is no such address
     */
    public static PciAddress parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "PCI address \"" + text + "\": expected dddd:bb:dd.f or bb:dd.f in lower case");
        }
        String domain = matcher.group(1);
        return new PciAddress(
                domain == null ? 0 : Integer.parseInt(domain, 16),
                Integer.parseInt(matcher.group(2), 16),
                Integer.parseInt(matcher.group(3), 16),
                Integer.parseInt(matcher.group(4), 16));
    }

    /**
     * Returns the function with the given routing id on the same domain.
     *
     * @param routingId bus in bits 15:8, device in bits 7:3, function in bits 2:0
     */
    public PciAddress withRoutingId(int routingId) {
        return new PciAddress(domain, routingId >>> 8, routingId >>> 3 & 0x1f, routingId & 7);
    }

    /** Returns bus, device and function as one number of 16 bits. */
    public int routingId() {
        return bus << 8 | device << 3 | function;
    }

    private static void check(String what, int value, int max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(
                    "%s 0x%x: expected 0 to 0x%x".formatted(what, value, max));
        }
    }

    /** Returns the address as lspci prints it, the domain only if it is not 0. */
    @Override
    public String toString() {
        String place = "%02x:%02x.%d".formatted(bus, device, function);
        return domain == 0 ? place : "%04x:%s".formatted(domain, place);
    }
}
