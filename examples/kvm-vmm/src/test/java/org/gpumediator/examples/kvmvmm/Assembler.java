package org.gpumediator.examples.kvmvmm;

import java.io.ByteArrayOutputStream;

/**
 * Writes the few instructions of 64-bit mode that guests of these tests are made of. Source: Intel
 * 64 and IA-32 Architectures Software Developer's Manual, volume 2.
 */
final class Assembler {

    /** The port at which a guest tells the test a number. */
    static final int REPORT = 0x500;

    static final long LOCAL_APIC = 0xfee0_0000L;

    private static final int POWER_CONTROL = 0x604;
    private static final int SWITCH_OFF = 0x3400;

    private final ByteArrayOutputStream code = new ByteArrayOutputStream();

    byte[] toBytes() {
        return code.toByteArray();
    }

    int length() {
        return code.size();
    }

    Assembler bytes(int... values) {
        for (int value : values) {
            code.write(value);
        }
        return this;
    }

    private Assembler little(long value, int length) {
        for (int i = 0; i < length; i++) {
            code.write((int) (value >>> 8 * i));
        }
        return this;
    }

    /** Operand size prefixes of a width. */
    private Assembler width(int width) {
        return width == 2 ? bytes(0x66) : width == 8 ? bytes(0x48) : this;
    }

    /** RBX becomes a number. */
    Assembler rbx(long value) {
        return bytes(0x48, 0xbb).little(value, 8);
    }

    /** RAX becomes a number. */
    Assembler rax(long value) {
        return bytes(0x48, 0xb8).little(value, 8);
    }

    /** RAX takes what is at an address; its upper part is zero. */
    Assembler load(long address, int width) {
        bytes(0x31, 0xc0).rbx(address).width(width);
        return bytes(width == 1 ? 0x8a : 0x8b, 0x03);
    }

    /** The low bytes of RAX go to an address. */
    Assembler storeRax(long address, int width) {
        rbx(address).width(width);
        return bytes(width == 1 ? 0x88 : 0x89, 0x03);
    }

    /** A number goes to an address. */
    Assembler store(long address, int width, long value) {
        return rax(value).storeRax(address, width);
    }

    /** A number goes to a port. */
    Assembler out(int port, int width, long value) {
        return rax(value).outRax(port, width);
    }

    private Assembler outRax(int port, int width) {
        bytes(0xba).little(port, 4);
        return width == 2 ? bytes(0x66, 0xef) : bytes(width == 1 ? 0xee : 0xef);
    }

    /** RAX takes what a port has; its upper part is zero. */
    Assembler in(int port, int width) {
        bytes(0x31, 0xc0, 0xba).little(port, 4);
        return width == 2 ? bytes(0x66, 0xed) : bytes(width == 1 ? 0xec : 0xed);
    }

    /** Tells the test the low 32 bits of RAX. */
    Assembler report() {
        return outRax(REPORT, 4);
    }

    /** Tells the test all of RAX: its low half, then its high half. */
    Assembler reportLong() {
        return report().bytes(0x48, 0xc1, 0xe8, 32).report();
    }

    /** Tells the test a number. */
    Assembler report(int value) {
        return out(REPORT, 4, value);
    }

    /** {@code rep outs}: elements from memory go to a port. */
    Assembler outString(int port, int width, long from, int count) {
        bytes(0xfc, 0x48, 0xbe).little(from, 8).bytes(0xb9).little(count, 4);
        bytes(0xba).little(port, 4);
        return width == 2 ? bytes(0x66, 0xf3, 0x6f) : bytes(0xf3, width == 1 ? 0x6e : 0x6f);
    }

    /** {@code rep ins}: elements from a port go to memory. */
    Assembler inString(int port, int width, long to, int count) {
        bytes(0xfc, 0x48, 0xbf).little(to, 8).bytes(0xb9).little(count, 4);
        bytes(0xba).little(port, 4);
        return width == 2 ? bytes(0x66, 0xf3, 0x6d) : bytes(0xf3, width == 1 ? 0x6c : 0x6d);
    }

    /** Reads PCI configuration space by ports: RAX takes a double word. */
    Assembler configRead(int device, int offset) {
        return out(0xcf8, 4, 1L << 31 | device << 11 | offset & 0xfc).in(0xcfc + (offset & 3), 4);
    }

    /** Writes PCI configuration space by ports. */
    Assembler configWrite(int device, int offset, int width, long value) {
        return out(0xcf8, 4, 1L << 31 | device << 11 | offset & 0xfc)
                .out(0xcfc + (offset & 3), width, value);
    }

    /** Waits until a byte in memory is not zero. */
    Assembler await(long address) {
        return rbx(address).bytes(0x8a, 0x03, 0x84, 0xc0, 0x74, 0xfa);
    }

    /** The stack is below an address; interrupts go where the table at another says. */
    Assembler interruptible(long stack, long tablePointer) {
        bytes(0x48, 0xbc).little(stack, 8).rbx(tablePointer).bytes(0x0f, 0x01, 0x1b);
        return store(LOCAL_APIC + 0xf0, 4, 0x1ff).bytes(0xfb);
    }

    /** A handler that counts at an address, does more, says that it has ended, and returns. */
    static byte[] handler(long counter, Assembler more) {
        return new Assembler()
                .bytes(0x50, 0x53)
                .rbx(counter)
                .bytes(0xff, 0x03)
                .bytes(toInts(more.toBytes()))
                .store(LOCAL_APIC + 0xb0, 4, 0)
                .bytes(0x5b, 0x58, 0x48, 0xcf)
                .toBytes();
    }

    private static int[] toInts(byte[] bytes) {
        int[] ints = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            ints[i] = bytes[i] & 0xff;
        }
        return ints;
    }

    /** Does something a number of times; it must not use RCX. */
    Assembler repeat(int times, Assembler what) {
        byte[] body = what.toBytes();
        bytes(0xb9).little(times, 4).bytes(toInts(body));
        return bytes(0xff, 0xc9, 0x0f, 0x85).little(-(body.length + 8), 4);
    }

    /** Does something until a port answers something else than zero. */
    Assembler until(int port, Assembler what) {
        byte[] body = new Assembler().bytes(toInts(what.toBytes())).in(port, 1).toBytes();
        bytes(toInts(body)).bytes(0x84, 0xc0, 0x0f, 0x84);
        return little(-(body.length + 8), 4);
    }

    /** Gives an interrupt a moment to arrive. */
    Assembler pause() {
        return bytes(0x90, 0x90, 0x90, 0x90);
    }

    /** Switches the machine off. */
    Assembler off() {
        return out(POWER_CONTROL, 2, SWITCH_OFF).bytes(0xf4);
    }
}
