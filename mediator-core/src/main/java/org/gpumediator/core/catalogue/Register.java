package org.gpumediator.core.catalogue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One row of a {@link RegisterCatalogue}, at one of its bases: a register, or a range of equal ones
 * with a stride. Immutable.
 *
 * @param <C> the device that hooks are given
 */
public final class Register<C> {

    private final String name;
    private final int offset;
    private final int stride;
    private final int count;
    private final int width;
    private final RegisterAccess access;
    private final long writableMask;
    private final long reset;
    private final TrapPolicy policy;
    private final EnumSet<RegisterFlag> flags = EnumSet.noneOf(RegisterFlag.class);
    private final String block;
    private final String source;
    private final String stateClass;
    private final long addressMask;
    final @Nullable WriteHook<C> onWrite;
    final @Nullable BeforeWriteHook<C> beforeWrite;
    final @Nullable ReadHook<C> afterRead;

    Register(RowSpec<C> spec, RegisterBase base, String block, String source) {
        this.name = base.nameOf(spec.name());
        this.offset = Math.addExact(base.offset(), spec.offset());
        this.stride = spec.stride();
        this.count = spec.count();
        this.width = spec.width();
        this.access = spec.access();
        this.writableMask = spec.writableMask();
        this.reset = spec.reset();
        this.policy = spec.policy();
        this.block = block;
        this.source = source;
        String state = "";
        long address = 0;
        WriteHook<C> write = null;
        BeforeWriteHook<C> before = null;
        ReadHook<C> read = null;
        for (RegisterBehaviour<C> behaviour : spec.behaviours()) {
            if (behaviour.flag != null) {
                flags.add(behaviour.flag);
                address |= behaviour.operand;
            }
            if (behaviour.stateClass != null) {
                state = behaviour.stateClass;
            }
            write = once(name, write, behaviour.onWrite);
            before = once(name, before, behaviour.beforeWrite);
            read = once(name, read, behaviour.afterRead);
        }
        this.stateClass = state;
        this.addressMask = address;
        this.onWrite = write;
        this.beforeWrite = before;
        this.afterRead = read;
    }

    private static <H> @Nullable H once(String name, @Nullable H has, @Nullable H more) {
        if (has != null && more != null) {
            throw new IllegalArgumentException(name + ": two hooks of the same kind");
        }
        return more != null ? more : has;
    }

    /** Returns the name, as the hardware's manual spells it. */
    public String name() {
        return name;
    }

    /** Returns the byte offset of the first element from the start of the region. */
    public int offset() {
        return offset;
    }

    /** Returns the bytes from one element to the next; the width if there is but one. */
    public int stride() {
        return stride;
    }

    /** Returns the number of elements, at least {@code 1}. */
    public int count() {
        return count;
    }

    /** Returns the width of an element in bytes: 1, 2, 4 or 8. */
    public int width() {
        return width;
    }

    /** Returns how it behaves in hardware. */
    public RegisterAccess access() {
        return access;
    }

    /** Returns the bits that a write may change, or clear. */
    public long writableMask() {
        return writableMask;
    }

    /** Returns the value after reset. */
    public long reset() {
        return reset;
    }

    /** Returns what the mediator does with accesses. */
    public TrapPolicy policy() {
        return policy;
    }

    /** Returns its flags. */
    public Set<RegisterFlag> flags() {
        return Collections.unmodifiableSet(flags);
    }

    /** Returns whether it has a flag. */
    public boolean has(RegisterFlag flag) {
        return flags.contains(flag);
    }

    /** Returns the class of state that it belongs to, or an empty string. */
    public String stateClass() {
        return stateClass;
    }

    /** Returns the bits that hold a graphics address, {@code 0} if none do. */
    public long addressMask() {
        return addressMask;
    }

    /** Returns the name of the functional block. */
    public String block() {
        return block;
    }

    /** Returns where the facts of this row come from. */
    public String source() {
        return source;
    }

    /** Returns which hooks it has: some of {@code onWrite}, {@code beforeWrite}, afterRead. */
    public List<String> hooks() {
        List<String> hooks = new ArrayList<>();
        if (beforeWrite != null) {
            hooks.add("beforeWrite");
        }
        if (onWrite != null) {
            hooks.add("onWrite");
        }
        if (afterRead != null) {
            hooks.add("afterRead");
        }
        return List.copyOf(hooks);
    }

    /** Returns the byte offset of an element. */
    int elementOffset(int element) {
        return offset + element * stride;
    }

    /**
     * Returns the name of the element that holds a byte: the row's name, with an index if the row
     * is a range.
     *
     * @param byteOffset byte offset from the start of the region, inside the row
     */
    public String nameAt(int byteOffset) {
        return count == 1 ? name : name + "[" + (byteOffset - offset) / stride + "]";
    }

    @Override
    public String toString() {
        return name + " at 0x" + Integer.toHexString(offset);
    }
}
