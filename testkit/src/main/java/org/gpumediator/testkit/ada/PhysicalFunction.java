package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.Registration;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu.InterruptListener;
import org.gpumediator.api.pci.ConfigWriteEffect.ResetRequested;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.core.pci.SriovCapability;

/**
 * The physical function of a board: its configuration space with SR-IOV, its registers, its windows
 * to the framebuffer. Used under the board's lock.
 */
final class PhysicalFunction {

    private static final long REGISTERS_LENGTH = 16 << 20;
    private static final int FIRST_BAR = 0x10;
    private static final int BAR_FLAGS = 0xf;
    private static final int BAR_IS_64 = 1 << 2;
    private static final int NUM_VFS = AdaConfig.SRIOV + SriovCapability.NUM_VFS;

    private final Board board;
    private final PciFunction config;
    private final GpuIdentity identity;
    private final FunctionRegisters own;
    private final BoardRegisters registers;
    private final List<InterruptListener> listeners = new CopyOnWriteArrayList<>();
    private boolean gone;

    PhysicalFunction(Board board) {
        this.board = board;
        AdaModel model = board.model();
        config = AdaConfig.build(model);
        AdaConfig.assignWindows(config);
        identity =
                new GpuIdentity(
                        AdaConfig.VENDOR,
                        model.deviceId(),
                        AdaConfig.VENDOR,
                        model.subsystemId(),
                        AdaConfig.REVISION,
                        AdaConfig.CLASS_3D);
        own = new FunctionRegisters(new OwnEffects(), Map.of());
        registers = new BoardRegisters(board, own, config);
    }

    /** What its own register block brings about. */
    private final class OwnEffects implements FunctionRegisters.Effects {

        @Override
        public void privilegedDoorbell(int value) {
            board.gsp().hostDoorbell(value);
        }

        @Override
        public void channelDoorbell(int token) {
            board.engine().doorbell(0, token);
        }

        @Override
        public void interrupt(int vector) {
            board.interrupts().post(() -> listeners.forEach(each -> each.interrupted(vector)));
        }

        @Override
        public long nanoTime() {
            return board.agenda().now();
        }
    }

    GpuIdentity identity() {
        return identity;
    }

    Registration onInterrupt(InterruptListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Sets a pending bit of its own interrupts. */
    void raise(int leaf, int bit) {
        own.raise(leaf, bit);
    }

    /** Takes it off the bus: everything reads as ones. */
    void remove() {
        gone = true;
    }

    // ---- configuration

    int configLength() {
        return config.length();
    }

    int readConfig(int offset, int width) {
        return gone ? (int) AccessWidth.ones(width) : config.read(offset, width);
    }

    void writeConfig(int offset, int width, int value) {
        if (gone) {
            return;
        }
        int before = control();
        int count = config.read(NUM_VFS, 2);
        boolean reset =
                config.write(offset, width, value).stream()
                        .anyMatch(effect -> effect instanceof ResetRequested);
        if (reset) {
            board.reset();
            return;
        }
        if (config.read(NUM_VFS, 2) > AdaConfig.TOTAL_VFS) {
            config.write(NUM_VFS, 2, count); // more than there can be: not taken
        }
        int changed = (before ^ control()) & SriovCapability.CONTROL_VF_ENABLE;
        if (changed != 0) {
            switchFunctions();
        }
    }

    private void switchFunctions() {
        if ((control() & SriovCapability.CONTROL_VF_ENABLE) != 0) {
            board.functions().enable(config.read(NUM_VFS, 2));
        } else {
            board.functions().disable();
        }
    }

    private int control() {
        return config.read(AdaConfig.SRIOV + SriovCapability.CONTROL, 2);
    }

    /** Returns whether it may access memory. */
    boolean mayAccessMemory() {
        return config.mayAccessMemory();
    }

    /** Returns whether virtual functions answer to accesses of their BARs. */
    boolean virtualMemoryEnabled() {
        return (control() & SriovCapability.CONTROL_VF_MEMORY_ENABLE) != 0;
    }

    /** Reads a word of its PCI Express capability. */
    int express(int offset) {
        return config.read(AdaConfig.EXPRESS + offset, 4);
    }

    void reset() {
        own.reset();
        registers.reset();
        config.reset(ResetKind.FUNCTION_LEVEL);
    }

    // ---- BARs

    /** Returns the bus address that a BAR was given. */
    long barBase(int bar) {
        return base(FIRST_BAR + 4 * bar);
    }

    /** Returns the bus address of a BAR of the first virtual function. */
    long virtualBarBase(int bar) {
        return base(AdaConfig.SRIOV + SriovCapability.VF_BAR_0 + 4 * bar);
    }

    private long base(int register) {
        int low = config.read(register, 4);
        long base = Integer.toUnsignedLong(low & ~BAR_FLAGS);
        boolean wide = (low & BAR_IS_64) != 0;
        return wide ? base | (long) config.read(register + 4, 4) << 32 : base;
    }

    long barLength(int bar) {
        return switch (bar) {
            case 0 -> REGISTERS_LENGTH;
            case 1 -> board.model().vfApertureBytes() * AdaConfig.TOTAL_VFS;
            case 3 -> AdaConfig.INSTANCE_BYTES;
            default -> 0;
        };
    }

    long read(int bar, long offset, int width) {
        if (gone) {
            return AccessWidth.ones(width);
        }
        return bar == 0
                ? registers.read((int) offset, width)
                : board.framebuffer().read(place(bar, offset), width);
    }

    /** Reads a piece of a window onto the framebuffer; all ones if the function has gone. */
    void readBlock(int bar, long offset, MemorySegment target) {
        if (gone) {
            target.fill((byte) -1);
        } else {
            board.framebuffer().read(place(bar, offset), target);
        }
    }

    void write(int bar, long offset, int width, long value) {
        if (gone) {
            return;
        }
        if (bar == 0) {
            registers.write((int) offset, width, value);
        } else {
            board.framebuffer().write(place(bar, offset), width, value);
        }
    }

    /** Returns the framebuffer offset behind a window: BAR 1 shows all of it, BAR 3 the end. */
    private long place(int bar, long offset) {
        return bar == 1 ? offset : board.framebuffer().length() - AdaConfig.INSTANCE_BYTES + offset;
    }
}
