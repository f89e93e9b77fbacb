package org.gpumediator.core.pci;

import java.util.Set;
import org.gpumediator.core.pci.Capability.MsiFeature;

/**
 * The MSI mechanism over its capability's registers. Not safe for use by multiple threads.
 *
 * <p>Source: PCI Local Bus Specification 3.0, section 6.8.1.
 */
final class Msi {

    private static final int CONTROL = 0x02;
    private static final int CONTROL_ENABLE = 1;
    private static final int CONTROL_CAPABLE_SHIFT = 1;
    private static final int CONTROL_ALLOCATED_SHIFT = 4;
    private static final int CONTROL_ALLOCATED = 0x7 << CONTROL_ALLOCATED_SHIFT;
    private static final int CONTROL_ADDRESS_64 = 1 << 7;
    private static final int CONTROL_VECTOR_MASKING = 1 << 8;
    private static final int ADDRESS = 0x04;
    private static final int ADDRESS_WRITABLE = 0xffff_fffc;
    private static final int ADDRESS_HIGH = 0x08;

    private static final int MASK_AFTER_DATA = 4;
    private static final int PENDING_AFTER_DATA = 8;

    private final ConfigBytes bytes;
    private final Outbox outbox;
    private final int vectors;
    private final boolean address64;
    private final boolean masking;
    private final int control;
    private final int data;

    private boolean enabled;
    private int allocated = 1;
    private long address;
    private int message;
    private int masked;
    private int pending;

    Msi(ConfigBytes bytes, int capability, Capability.Role.Msi role, Outbox outbox) {
        this.bytes = bytes;
        this.outbox = outbox;
        this.vectors = role.vectors();
        this.address64 = role.features().contains(MsiFeature.ADDRESS_64);
        this.masking = role.features().contains(MsiFeature.VECTOR_MASKING);
        this.control = capability;
        this.data = capability + dataOffset(address64);
    }

    static Capability capability(int vectors, Set<MsiFeature> features) {
        boolean wide = features.contains(MsiFeature.ADDRESS_64);
        boolean masks = features.contains(MsiFeature.VECTOR_MASKING);
        int data = dataOffset(wide);
        int log2 = Integer.numberOfTrailingZeros(vectors);
        int flags =
                log2 << CONTROL_CAPABLE_SHIFT
                        | (wide ? CONTROL_ADDRESS_64 : 0)
                        | (masks ? CONTROL_VECTOR_MASKING : 0);
        Capability.Builder builder =
                Capability.msi(
                                new Capability.Role.Msi(vectors, features),
                                data + (masks ? PENDING_AFTER_DATA + 4 : 2))
                        .field(CONTROL, 2, flags, CONTROL_ENABLE | CONTROL_ALLOCATED, 0)
                        .field(ADDRESS, 4, 0, ADDRESS_WRITABLE, 0)
                        .field(data, 2, 0, 0xffff, 0);
        if (wide) {
            builder.field(ADDRESS_HIGH, 4, 0, -1, 0);
        }
        if (masks) {
            builder.field(data + MASK_AFTER_DATA, 4, 0, -1 >>> (32 - vectors), 0);
        }
        return builder.build();
    }

    private static int dataOffset(boolean wide) {
        return wide ? 0x0c : 0x08;
    }

    int vectors() {
        return vectors;
    }

    boolean isEnabled() {
        return enabled;
    }

    long address() {
        return address;
    }

    /** Returns the message of a vector: its number is in the low bits, as many as are allocated. */
    int message(int vector) {
        return message & ~(allocated - 1) | fold(vector);
    }

    /**
     * Takes over what the registers say now.
     *
     * @return whether anything is different
     */
    boolean refresh() {
        int flags = bytes.read(control + CONTROL, 2);
        boolean nowEnabled = (flags & CONTROL_ENABLE) != 0;
        int log2 = (flags & CONTROL_ALLOCATED) >>> CONTROL_ALLOCATED_SHIFT;
        int nowAllocated = Math.min(1 << log2, vectors);
        long high = address64 ? (long) bytes.read(control + ADDRESS_HIGH, 4) << 32 : 0;
        long nowAddress = high | Integer.toUnsignedLong(bytes.read(control + ADDRESS, 4));
        int nowMessage = bytes.read(data, 2);
        int nowMasked = masking ? bytes.read(data + MASK_AFTER_DATA, 4) : 0;
        boolean changed =
                nowEnabled != enabled
                        || nowAllocated != allocated
                        || nowAddress != address
                        || nowMessage != message
                        || nowMasked != masked;
        enabled = nowEnabled;
        allocated = nowAllocated;
        address = nowAddress;
        message = nowMessage;
        masked = nowMasked;
        if (!enabled) {
            setPending(0);
        }
        return changed;
    }

    /** Sends a message, or keeps it while its vector is masked. Called only while enabled. */
    void signal(int vector) {
        int folded = fold(vector);
        if ((masked & 1 << folded) == 0) {
            send(folded);
        } else {
            setPending(pending | 1 << folded);
        }
    }

    private void send(int vector) {
        outbox.message(vector, address, message(vector));
    }

    /** Sends what is pending, allocated and no longer masked. Called only while enabled. */
    void deliverPending() {
        for (int due = pending & ~masked & (-1 >>> (32 - allocated)); due != 0; due &= due - 1) {
            int vector = Integer.numberOfTrailingZeros(due);
            setPending(pending & ~(1 << vector));
            send(vector);
        }
    }

    int pending() {
        return pending;
    }

    void reset(int nowPending) {
        pending = nowPending;
        refresh();
        setPending(pending);
    }

    private int fold(int vector) {
        return vector & (allocated - 1);
    }

    private void setPending(int now) {
        pending = now;
        if (masking) {
            bytes.set(data + PENDING_AFTER_DATA, 4, now);
        }
    }
}
