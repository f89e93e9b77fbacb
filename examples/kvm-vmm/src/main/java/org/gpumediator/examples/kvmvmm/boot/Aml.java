package org.gpumediator.examples.kvmvmm.boot;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes the few forms of ACPI Machine Language that a PC with one root bus needs. Source: Advanced
 * Configuration and Power Interface Specification 6.4, chapters 6.4 and 20.
 */
final class Aml {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Returns what was written. */
    byte[] toBytes() {
        return bytes.toByteArray();
    }

    private Aml put(int... values) {
        for (int value : values) {
            bytes.write(value);
        }
        return this;
    }

    private Aml put(byte[] content) {
        bytes.writeBytes(content);
        return this;
    }

    private Aml little(long value, int length) {
        for (int i = 0; i < length; i++) {
            bytes.write((int) (value >>> Byte.SIZE * i));
        }
        return this;
    }

    /** Four characters, or a root prefix and four characters. */
    private Aml nameText(String name) {
        return put(name.getBytes(StandardCharsets.US_ASCII));
    }

    /** Puts a length that counts itself, and then what it is the length of. */
    private Aml sized(byte[] content) {
        int length = content.length + 1;
        if (length < 1 << 6) {
            return put(length).put(content);
        }
        int more = content.length + 2 < 1 << 12 ? 1 : 2;
        length = content.length + 1 + more;
        put(more << 6 | length & 0xf).little(length >>> 4, more);
        return put(content);
    }

    /** {@code Scope (name) { content }}. */
    Aml scope(String name, Aml content) {
        return put(0x10).sized(new Aml().nameText(name).put(content.toBytes()).toBytes());
    }

    /** {@code Device (name) { content }}. */
    Aml device(String name, Aml content) {
        return put(0x5b, 0x82).sized(new Aml().nameText(name).put(content.toBytes()).toBytes());
    }

    /** {@code Name (name, value)}. */
    Aml name(String name, Aml value) {
        return put(0x08).nameText(name).put(value.toBytes());
    }

    /** A number of 32 bits. */
    static Aml integer(long value) {
        return new Aml().put(0x0c).little(value, 4);
    }

    /** {@code EisaId (id)}: three letters and four hexadecimal digits. */
    static Aml eisaId(String id) {
        int letters = 0;
        for (int i = 0; i < 3; i++) {
            letters = letters << 5 | id.charAt(i) - 0x40;
        }
        int product = Integer.parseInt(id.substring(3), 16);
        return new Aml().put(0x0c, letters >>> 8, letters & 0xff, product >>> 8, product & 0xff);
    }

    /** {@code Package () { elements }}. */
    static Aml list(Aml... elements) {
        Aml content = new Aml().put(elements.length);
        for (Aml element : elements) {
            content.put(element.toBytes());
        }
        return new Aml().put(0x12).sized(content.toBytes());
    }

    /** {@code ResourceTemplate () { descriptors }}. */
    static Aml resources(Aml descriptors) {
        byte[] content = descriptors.put(0x79, 0).toBytes();
        Aml buffer = new Aml().put(0x0b).little(content.length, 2).put(content);
        return new Aml().put(0x11).sized(buffer.toBytes());
    }

    private static final int BUSES = 2;
    private static final int PORTS = 1;
    private static final int MEMORY = 0;
    private static final int FIXED = 0x0c;

    private Aml window(int type, int typeFlags, int tag, int width, long first, long last) {
        return put(tag).little(3 + 5L * width, 2)
                .put(type, FIXED, typeFlags)
                .little(0, width)
                .little(first, width)
                .little(last, width)
                .little(0, width)
                .little(last - first + 1, width);
    }

    /** The buses below a root. */
    Aml buses(int first, int last) {
        return window(BUSES, 0, 0x88, 2, first, last);
    }

    /** Ports that a root passes on. */
    Aml ports(int first, int last) {
        return window(PORTS, 3, 0x88, 2, first, last);
    }

    /** Memory below 4 GiB that a root passes on. */
    Aml memory32(long first, long last) {
        return window(MEMORY, 1, 0x87, 4, first, last);
    }

    /** Memory that a root passes on. */
    Aml memory64(long first, long last) {
        return window(MEMORY, 1, 0x8a, 8, first, last);
    }

    /** Ports that a device has for itself. */
    Aml ownPorts(int first, int length) {
        return put(0x47, 1).little(first, 2).little(first, 2).put(1, length);
    }

    /** Memory that a device has for itself. */
    Aml ownMemory(long first, long length) {
        return put(0x86).little(9, 2).put(1).little(first, 4).little(length, 4);
    }
}
