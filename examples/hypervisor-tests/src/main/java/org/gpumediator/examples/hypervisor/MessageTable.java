package org.gpumediator.examples.hypervisor;

import java.util.Arrays;

/**
 * The MSI-X table that this hypervisor keeps in place of its devices, so that it can route messages
 * without asking them. Source: PCI Local Bus Specification 3.0, section 6.8.2.
 */
class MessageTable {

    static final int ENTRY = 16;
    private static final int DATA = 8;
    private static final int CONTROL = 12;

    private final byte[] bytes;
    private final boolean[] pending;

    MessageTable(int vectors) {
        bytes = new byte[vectors * ENTRY];
        pending = new boolean[vectors];
        reset();
    }

    int length() {
        return bytes.length;
    }

    synchronized long read(int offset, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (bytes[offset + i] & 0xffL) << 8 * i;
        }
        return value;
    }

    synchronized void write(int offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            bytes[offset + i] = (byte) (value >>> 8 * i);
        }
    }

    synchronized int data(int vector) {
        return (int) read(vector * ENTRY + DATA, 4);
    }

    boolean isMasked(int vector) {
        return (read(vector * ENTRY + CONTROL, 1) & 1) != 0;
    }

    synchronized void hold(int vector) {
        pending[vector] = true;
    }

    /** Returns a vector that waits and is not masked, {@code -1} if there is none. */
    synchronized int release() {
        for (int vector = 0; vector < pending.length; vector++) {
            if (pending[vector] && !isMasked(vector)) {
                pending[vector] = false;
                return vector;
            }
        }
        return -1;
    }

    /** All vectors are masked at first. */
    final synchronized void reset() {
        Arrays.fill(bytes, (byte) 0);
        Arrays.fill(pending, false);
        for (int at = CONTROL; at < bytes.length; at += ENTRY) {
            bytes[at] = 1;
        }
    }
}
