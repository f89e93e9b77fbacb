package org.gpumediator.core.catalogue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The registers of one region as a table, checked when it is built and compiled to arrays.
 * Immutable; shared by every virtual GPU of a kind.
 *
 * @param <C> the device that hooks are given
 */
public final class RegisterCatalogue<C> {

    private final String name;
    private final int length;
    private final List<Register<C>> registers;
    private final Map<String, Register<C>> byName = new HashMap<>();
    final CompiledRules<C> rules;

    private RegisterCatalogue(String name, int length, List<Register<C>> registers) {
        this.name = name;
        this.length = length;
        this.registers = List.copyOf(registers);
        for (Register<C> register : registers) {
            Register<C> other = byName.put(register.name(), register);
            if (other != null) {
                throw new IllegalArgumentException(
                        register + " and " + other + " have the same name");
            }
        }
        this.rules = CompiledRules.compile(length, this.registers);
    }

    /**
     * Starts a catalogue.
     *
     * @param name name of the region, such as {@code BAR0}; faults carry it
     * @param length bytes of the region, a positive multiple of 4096
     * @throws IllegalArgumentException if {@code length} is not as said
     */
    public static <C> Builder<C> builder(String name, int length) {
        return new Builder<>(name, length, List.of());
    }

    /** Starts a catalogue that begins with all rows of another one. */
    public static <C> Builder<C> extending(RegisterCatalogue<C> base) {
        return new Builder<>(base.name, base.length, base.registers);
    }

    /** Returns the name of the region. */
    public String name() {
        return name;
    }

    /** Returns the length of the region in bytes. */
    public int length() {
        return length;
    }

    /** Returns all registers by rising offset; a range is one entry. */
    public List<Register<C>> registers() {
        return registers;
    }

    /**
     * Returns a register.
     *
     * @param registerName its whole name, that of its base included
     * @throws IllegalArgumentException if there is none of that name
     */
    public Register<C> register(String registerName) {
        Register<C> register = byName.get(registerName);
        if (register == null) {
            throw new IllegalArgumentException("no register " + registerName + " in " + name);
        }
        return register;
    }

    /**
     * Returns the register that holds a byte.
     *
     * @param byteOffset byte offset from the start of the region
     * @return empty if nothing is modelled there
     */
    public Optional<Register<C>> at(long byteOffset) {
        return Optional.ofNullable(find(byteOffset));
    }

    /**
     * Returns the name of whatever holds a byte: a register's, or the region's name and the offset.
     *
     * @param byteOffset byte offset from the start of the region
     */
    public String nameAt(long byteOffset) {
        Register<C> register = find(byteOffset);
        return register != null
                ? register.nameAt((int) byteOffset)
                : name + "+0x" + Long.toHexString(byteOffset);
    }

    /** Returns the values after reset as the catalogue declares them. */
    public ResetImage resetImage() {
        return rules.image;
    }

    private @Nullable Register<C> find(long byteOffset) {
        if (byteOffset < 0 || byteOffset >= length) {
            return null;
        }
        Register<C> only = rules.rule((int) (byteOffset >>> 2)).first;
        if (only == null) {
            return null;
        }
        // The rows that share the dword follow one another in the sorted list.
        for (int i = indexOf(only); i < registers.size(); i++) {
            Register<C> register = registers.get(i);
            if (register.offset() > byteOffset) {
                break;
            }
            if (covers(register, byteOffset)) {
                return register;
            }
        }
        return null;
    }

    private int indexOf(Register<C> register) {
        int low = 0;
        int high = registers.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (registers.get(middle).offset() < register.offset()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static boolean covers(Register<?> register, long byteOffset) {
        long into = byteOffset - register.offset();
        return into >= 0
                && into / register.stride() < register.count()
                && into % register.stride() < register.width();
    }

    /**
     * Collects rows. Not safe for use by multiple threads.
     *
     * @param <C> the device that hooks are given
     */
    public static final class Builder<C> {

        private final String name;
        private final int length;
        private final List<Register<C>> registers;
        private @Nullable Block<C> open;

        private Builder(String name, int length, List<Register<C>> registers) {
            this.name = Objects.requireNonNull(name, "name");
            if (length <= 0 || length % 4096 != 0) {
                throw new IllegalArgumentException(
                        "length " + length + ": expected a positive multiple of 4096");
            }
            this.length = length;
            this.registers = new ArrayList<>(registers);
        }

        /**
         * Opens a group of rows that appears once, with offsets from the start of the region.
         *
         * @throws IllegalArgumentException if the group before it has no source
         */
        public Block<C> block(String blockName) {
            return block(blockName, List.of(RegisterBase.ABSOLUTE));
        }

        /**
         * Opens a group of rows that appears at every one of some bases.
         *
         * @throws IllegalArgumentException if the group before it has no source
         */
        public Block<C> block(String blockName, List<RegisterBase> bases) {
            requireSourceGiven();
            open = new Block<>(this, blockName, bases);
            return open;
        }

        /**
         * Takes a row of the extended catalogue out, usually to declare it anew.
         *
         * @throws IllegalArgumentException if there is none of that name
         */
        public Builder<C> without(String registerName) {
            if (!registers.removeIf(register -> register.name().equals(registerName))) {
                throw new IllegalArgumentException("no register " + registerName + " in " + name);
            }
            return this;
        }

        /**
         * Checks the rows and compiles them.
         *
         * @throws IllegalArgumentException if a row is misaligned, outside the region, overlaps or
         *     has the name of another one, or if a group has no source
         */
        public RegisterCatalogue<C> build() {
            requireSourceGiven();
            registers.sort(Comparator.comparingInt(Register::offset));
            return new RegisterCatalogue<>(name, length, registers);
        }

        private void requireSourceGiven() {
            if (open != null) {
                throw new IllegalArgumentException("block " + open.name + " has no source");
            }
        }
    }

    /**
     * A group of rows of one functional block, from one source.
     *
     * @param <C> the device that hooks are given
     */
    public static final class Block<C> {

        private final Builder<C> builder;
        private final String name;
        private final List<RegisterBase> bases;
        private final List<RowSpec<C>> rows = new ArrayList<>();

        private Block(Builder<C> builder, String name, List<RegisterBase> bases) {
            this.builder = builder;
            this.name = Objects.requireNonNull(name, "name");
            this.bases = List.copyOf(bases);
        }

        /**
         * Declares a register.
         *
         * @param registerName name as the manual spells it; <code>{}</code> in it is replaced by
         *     the name of the base, which otherwise goes in front
         * @param offset byte offset from the base
         * @param width bytes: 1, 2, 4 or 8
         * @param writableMask bits that a write may change (or clear); an {@code int} literal is
         *     taken as a bit pattern, but not for a register of 8 bytes
         * @param reset value after reset; literals as for the mask
         * @throws IllegalArgumentException if the width is none of the four, mask or reset value do
         *     not fit, or a masked register has a writable bit in its high half
         */
        @SafeVarargs
        @SuppressWarnings("varargs") // handed on to be copied, never stored into
        public final Block<C> register(
                String registerName,
                int offset,
                int width,
                RegisterAccess access,
                long writableMask,
                long reset,
                TrapPolicy policy,
                RegisterBehaviour<C>... behaviours) {
            return add(
                    registerName,
                    offset,
                    width,
                    1,
                    width,
                    access,
                    writableMask,
                    reset,
                    policy,
                    behaviours);
        }

        /**
         * Declares equal registers at equal distances.
         *
         * @param registerName as for {@link #register}
         * @param offset byte offset of the first one from the base
         * @param stride bytes from one to the next
         * @param count how many
         * @param width bytes of each: 1, 2, 4 or 8
         * @throws IllegalArgumentException as {@link #register}, or if they overlap each other
         */
        @SafeVarargs
        @SuppressWarnings("varargs") // handed on to be copied, never stored into
        public final Block<C> range(
                String registerName,
                int offset,
                int stride,
                int count,
                int width,
                RegisterAccess access,
                long writableMask,
                long reset,
                TrapPolicy policy,
                RegisterBehaviour<C>... behaviours) {
            return add(
                    registerName,
                    offset,
                    stride,
                    count,
                    width,
                    access,
                    writableMask,
                    reset,
                    policy,
                    behaviours);
        }

        /**
         * Closes the group.
         *
         * @param source where its facts come from
         * @throws IllegalArgumentException if {@code source} is blank
         */
        public Builder<C> source(String source) {
            if (source.isBlank()) {
                throw new IllegalArgumentException("block " + name + " has no source");
            }
            for (RegisterBase base : bases) {
                for (RowSpec<C> row : rows) {
                    builder.registers.add(new Register<>(row, base, name, source));
                }
            }
            builder.open = null;
            return builder;
        }

        private Block<C> add(
                String registerName,
                int offset,
                int stride,
                int count,
                int width,
                RegisterAccess access,
                long writableMask,
                long reset,
                TrapPolicy policy,
                RegisterBehaviour<C>[] behaviours) {
            rows.add(
                    new RowSpec<>(
                            registerName,
                            offset,
                            stride,
                            count,
                            width,
                            access,
                            writableMask,
                            reset,
                            policy,
                            List.of(behaviours)));
            return this;
        }
    }
}
