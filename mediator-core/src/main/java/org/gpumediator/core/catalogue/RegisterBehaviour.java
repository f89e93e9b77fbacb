package org.gpumediator.core.catalogue;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the last columns of a catalogue row: a hook, a flag, or the class of state that the
 * row belongs to.
 *
 * @param <C> the device that hooks are given
 */
public final class RegisterBehaviour<C> {

    final @Nullable RegisterFlag flag;
    final @Nullable WriteHook<C> onWrite;
    final @Nullable BeforeWriteHook<C> beforeWrite;
    final @Nullable ReadHook<C> afterRead;
    final @Nullable String stateClass;
    final long operand;

    private RegisterBehaviour(
            @Nullable RegisterFlag flag,
            @Nullable WriteHook<C> onWrite,
            @Nullable BeforeWriteHook<C> beforeWrite,
            @Nullable ReadHook<C> afterRead,
            @Nullable String stateClass,
            long operand) {
        this.flag = flag;
        this.onWrite = onWrite;
        this.beforeWrite = beforeWrite;
        this.afterRead = afterRead;
        this.stateClass = stateClass;
        this.operand = operand;
    }

    /** Calls {@code hook} after each write. */
    public static <C> RegisterBehaviour<C> onWrite(WriteHook<C> hook) {
        return new RegisterBehaviour<>(
                null, Objects.requireNonNull(hook, "hook"), null, null, null, 0);
    }

    /** Lets {@code hook} decide what each write stores. */
    public static <C> RegisterBehaviour<C> beforeWrite(BeforeWriteHook<C> hook) {
        return new RegisterBehaviour<>(
                null, null, Objects.requireNonNull(hook, "hook"), null, null, 0);
    }

    /** Lets {@code hook} decide what each read answers. */
    public static <C> RegisterBehaviour<C> afterRead(ReadHook<C> hook) {
        return new RegisterBehaviour<>(
                null, null, null, Objects.requireNonNull(hook, "hook"), null, 0);
    }

    /** Calls one hook after each write and lets another one decide what each read answers. */
    public static <C> RegisterBehaviour<C> hooks(WriteHook<C> onWrite, ReadHook<C> afterRead) {
        return new RegisterBehaviour<>(
                null,
                Objects.requireNonNull(onWrite, "onWrite"),
                null,
                Objects.requireNonNull(afterRead, "afterRead"),
                null,
                0);
    }

    /** A command stream may load or store the register. */
    public static <C> RegisterBehaviour<C> commandAccess() {
        return flag(RegisterFlag.COMMAND_ACCESS, 0);
    }

    /** Accesses of any width need no alignment. */
    public static <C> RegisterBehaviour<C> unaligned() {
        return flag(RegisterFlag.UNALIGNED, 0);
    }

    /** The register is saved and restored by a context switch. */
    public static <C> RegisterBehaviour<C> contextSaved() {
        return flag(RegisterFlag.CONTEXT_SAVED, 0);
    }

    /**
     * The register holds a graphics address.
     *
     * @param mask its bits in the register
     */
    public static <C> RegisterBehaviour<C> graphicsAddress(long mask) {
        return flag(RegisterFlag.GRAPHICS_ADDRESS, mask);
    }

    /** Hardware changes the register. */
    public static <C> RegisterBehaviour<C> hardwareStatus() {
        return flag(RegisterFlag.HARDWARE_STATUS, 0);
    }

    /** The register is never handed to a guest. */
    public static <C> RegisterBehaviour<C> sticky() {
        return flag(RegisterFlag.STICKY, 0);
    }

    /**
     * The register belongs to a class of state that moves together, such as {@code RENDER}; a word
     * of the backend's own.
     */
    public static <C> RegisterBehaviour<C> stateClass(String name) {
        return new RegisterBehaviour<>(
                null, null, null, null, Objects.requireNonNull(name, "name"), 0);
    }

    private static <C> RegisterBehaviour<C> flag(RegisterFlag flag, long operand) {
        return new RegisterBehaviour<>(flag, null, null, null, null, operand);
    }
}
