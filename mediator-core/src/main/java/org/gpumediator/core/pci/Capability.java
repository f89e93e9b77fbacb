package org.gpumediator.core.pci;

import com.google.common.base.Preconditions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a function's capability list, conventional or extended, before it has a place: an
 * identifier and a block of registers. Immutable. The links between entries are made when the
 * function is built.
 */
public final class Capability {

    /** An optional part of the MSI capability. */
    public enum MsiFeature {
        /** The message address has 64 bits. */
        ADDRESS_64,
        /** Each vector has a mask bit and a pending bit. */
        VECTOR_MASKING
    }

    /** What a function does when it returns from D3hot to D0. */
    public enum D3Exit {
        /** Keeps its registers: the No_Soft_Reset bit is set. */
        KEEPS_STATE,
        /** Asks for a function-level reset. */
        RESETS
    }

    /** A register of the block, offsets relative to it. */
    record Field(int at, int width, int reset, int writable, int oneToClear) {}

    /** Bits that are read-only while others are set, offsets relative to the block. */
    record FrozenField(int at, int width, int mask, int guardAt, int guardMask) {}

    /** What the function does with the block beyond storing it. */
    sealed interface Role {
        record PowerManagement(D3Exit exit) implements Role {}

        record Msi(int vectors, Set<MsiFeature> features) implements Role {}

        record MsiX(int vectors, MsixPlace place) implements Role {}
    }

    private static final int ID_POWER_MANAGEMENT = 0x01;
    private static final int ID_MSI = 0x05;
    private static final int ID_VENDOR_SPECIFIC = 0x09;
    private static final int ID_MSI_X = 0x11;

    final int id;
    final int version;
    final int length;
    final boolean extended;
    final List<Field> fields;
    final List<FrozenField> frozenFields;
    final List<Field> resetBits;
    final @Nullable Role role;

    private Capability(Builder builder) {
        id = builder.id;
        version = builder.version;
        length = builder.length;
        extended = builder.extended;
        fields = List.copyOf(builder.fields);
        frozenFields = List.copyOf(builder.frozenFields);
        resetBits = List.copyOf(builder.resetBits);
        role = builder.role;
    }

    /** Returns whether it belongs to the extended space, from 0x100 up. */
    public boolean isExtended() {
        return extended;
    }

    /** Returns its identifier. */
    public int id() {
        return id;
    }

    /** Returns its length in bytes, the header included. */
    public int length() {
        return length;
    }

    /**
     * Creates the power management capability with D0 and D3hot and no PME. Source: PCI Bus Power
     * Management Interface Specification 1.2, section 3.2.
     */
    public static Capability powerManagement(D3Exit exit) {
        int noSoftReset = exit == D3Exit.KEEPS_STATE ? PowerManagement.NO_SOFT_RESET : 0;
        Builder builder =
                conventional(ID_POWER_MANAGEMENT, PowerManagement.LENGTH)
                        .field(0x02, 2, PowerManagement.PMC_VERSION_1_2, 0, 0)
                        .field(
                                PowerManagement.PMCSR,
                                2,
                                noSoftReset,
                                PowerManagement.POWER_STATE,
                                0);
        builder.role = new Role.PowerManagement(exit);
        return builder.build();
    }

    /**
     * Creates the MSI capability. Source: PCI Local Bus Specification 3.0, section 6.8.1.
     *
     * @param vectors 1, 2, 4, 8, 16 or 32
     */
    public static Capability msi(int vectors, MsiFeature... features) {
        Preconditions.checkArgument(
                Integer.bitCount(vectors) == 1 && vectors >= 1 && vectors <= 32,
                "%s MSI vectors: expected 1, 2, 4, 8, 16 or 32",
                vectors);
        return Msi.capability(vectors, Set.of(features));
    }

    /**
     * Creates the MSI-X capability. Its table and pending bits are the function's {@link
     * MsixTable}, which the backend puts into its BAR. Source: PCI Local Bus Specification 3.0,
     * section 6.8.2.
     *
     * @param vectors 1 to 2048
     * @param place where the table and the pending bits are
     */
    public static Capability msiX(int vectors, MsixPlace place) {
        Preconditions.checkArgument(
                vectors >= 1 && vectors <= 2048, "%s MSI-X vectors: expected 1 to 2048", vectors);
        place.check(vectors);
        Builder builder =
                conventional(ID_MSI_X, MsixTable.CAPABILITY_LENGTH)
                        .field(MsixTable.CONTROL, 2, vectors - 1, MsixTable.CONTROL_WRITABLE, 0)
                        .field(0x04, 4, place.tableOffset() | place.tableBar(), 0, 0)
                        .field(0x08, 4, place.pendingOffset() | place.pendingBar(), 0, 0);
        builder.role = new Role.MsiX(vectors, place);
        return builder.build();
    }

    /**
     * Creates a read-only vendor-specific capability.
     *
     * @param body the bytes after the length byte, at most 253; copied
     */
    public static Capability vendorSpecific(byte... body) {
        Builder builder =
                conventional(ID_VENDOR_SPECIFIC, 3 + body.length)
                        .field(0x02, 1, 3 + body.length, 0, 0);
        for (int i = 0; i < body.length; i++) {
            builder.field(3 + i, 1, body[i] & 0xff, 0, 0);
        }
        return builder.build();
    }

    static Builder msi(Role.Msi role, int length) {
        Builder builder = conventional(ID_MSI, length);
        builder.role = role;
        return builder;
    }

    /**
     * Begins a conventional capability of any kind. All its bytes are zero and read-only until a
     * field is declared.
     *
     * @param id identifier, 0 to 0xff
     * @param lengthBytes 2 to 192, the two bytes of the header included
     */
    public static Builder conventional(int id, int lengthBytes) {
        return new Builder(id, 0, lengthBytes, /* extended= */ false);
    }

    /**
     * Begins an extended capability of any kind. All its bytes are zero and read-only until a field
     * is declared.
     *
     * @param id identifier, 0 to 0xffff
     * @param version 0 to 0xf
     * @param lengthBytes 4 to 3840, the four bytes of the header included
     */
    public static Builder extended(int id, int version, int lengthBytes) {
        return new Builder(id, version, lengthBytes, /* extended= */ true);
    }

    /** Builds a capability, register by register. */
    public static final class Builder {

        private final int id;
        private final int version;
        private final int length;
        private final boolean extended;
        private final List<Field> fields = new ArrayList<>();
        private final List<FrozenField> frozenFields = new ArrayList<>();
        private final List<Field> resetBits = new ArrayList<>();
        private @Nullable Role role;

        private Builder(int id, int version, int length, boolean extended) {
            int idLimit = extended ? 0xffff : 0xff;
            int room = extended ? 0xf00 : 0xc0;
            int header = extended ? 4 : 2;
            Preconditions.checkArgument(
                    id >= 0 && id <= idLimit, "capability %s: expected 0 to %s", id, idLimit);
            Preconditions.checkArgument(
                    version >= 0 && version <= 0xf, "version %s: expected 0 to 15", version);
            Preconditions.checkArgument(
                    length >= header && length <= room,
                    "length %s of capability %s: expected %s to %s",
                    length,
                    id,
                    header,
                    room);
            this.id = id;
            this.version = version;
            this.length = length;
            this.extended = extended;
        }

        /**
         * Declares a register.
         *
         * @param at byte offset from the start of the capability, after its header
         * @param width 1, 2 or 4 bytes
         * @param reset value after reset
         * @param writable bits that a guest can write
         * @param oneToClear bits that a guest clears by writing ones; wins over {@code writable}
         */
        public Builder field(int at, int width, int reset, int writable, int oneToClear) {
            check(at, width);
            fields.add(new Field(at, width, reset, writable, oneToClear));
            return this;
        }

        /**
         * Makes bits of a register read-only while bits of another are set. At most one such rule
         * for each byte.
         *
         * @param at byte offset of the register
         * @param width its width, 1, 2 or 4 bytes
         * @param mask which of its bits are frozen
         * @param guardAt byte offset of the register that decides
         * @param guardMask the bits of its four bytes of which any set one freezes
         */
        public Builder frozenWhile(int at, int width, int mask, int guardAt, int guardMask) {
            check(at, width);
            check(guardAt, 1);
            frozenFields.add(new FrozenField(at, width, mask, guardAt, guardMask));
            return this;
        }

        /**
         * Declares bits that ask for a function-level reset when a guest writes ones to them. They
         * read as zero.
         *
         * @param at byte offset of the register
         * @param width its width, 1, 2 or 4 bytes
         * @param mask the bits
         */
        public Builder resetRequest(int at, int width, int mask) {
            check(at, width);
            resetBits.add(new Field(at, width, 0, mask, 0));
            return this;
        }

        /** Builds the capability. */
        public Capability build() {
            return new Capability(this);
        }

        private void check(int at, int width) {
            int header = extended ? 4 : 2;
            Preconditions.checkArgument(
                    ConfigBytes.isWidth(width), "width %s: expected 1, 2 or 4", width);
            Preconditions.checkArgument(
                    at >= header && at <= length - width,
                    "register at %s, %s bytes: expected to lie from %s to the length %s",
                    at,
                    width,
                    header,
                    length);
        }
    }
}
