package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.Registration;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.SharedMemory;
import org.jspecify.annotations.Nullable;

/**
 * One virtual function of a {@link FakeAda}: its raw configuration space, its register block, its
 * windows to the framebuffer that the firmware has given it.
 */
final class FakeVf implements PhysicalGpu {

    private static final int CONFIG_LENGTH = 4096;
    private static final int COMMAND = 0x04;
    private static final int EXPRESS = 0x40;
    private static final int DEVICE_CONTROL = EXPRESS + 8;
    private static final int MSIX = 0x7c;
    private static final int ROUTING = 0x100;

    /**
     * Device, link, device 2, link 2: a virtual function has those of its physical function.
     * Source: PCI Express Base Specification 4.0, section 9.3.5.
     */
    private static final int[] EXPRESS_CAPABILITIES = {0x04, 0x0c, 0x24, 0x2c};

    private static final int STARTING = 0x0001;

    /** Bits 17:16 of register 4: 0 a function of hardware, 2 a virtual one. */
    private static final int IS_VIRTUAL = 2 << 16;

    private static final long RESET_NANOS = 20_000_000;

    private final Board board;
    private final int index;
    private final FunctionRegisters registers;
    private final GuestDma dma;
    private final GuestTables tables;
    private final List<InterruptListener> listeners = new CopyOnWriteArrayList<>();
    private final byte[] config = new byte[CONFIG_LENGTH];

    // Guarded by the board's lock.
    private boolean gone;
    private boolean resetting;
    private long resets;
    private long framebufferStart;
    private long framebufferLength;

    FakeVf(Board board, int index) {
        this.board = board;
        this.index = index;
        registers =
                new FunctionRegisters(
                        new FunctionRegisters.Effects() {
                            @Override
                            public void privilegedDoorbell(int value) {
                                board.gsp().guestDoorbell(index + 1, value);
                            }

                            @Override
                            public void channelDoorbell(int token) {
                                board.engine().doorbell(index + 1, token);
                            }

                            @Override
                            public void interrupt(int vector) {
                                board.interrupts().post(() -> deliver(vector));
                            }

                            @Override
                            public long nanoTime() {
                                return board.agenda().now();
                            }
                        },
                        Map.of(
                                0x000, board.model().bootValue(),
                                0x004, IS_VIRTUAL,
                                0xa00, board.model().chipValue()));
        dma = new GuestDma(board);
        tables = new GuestTables(board, this);
        resetConfig();
    }

    private void resetConfig() {
        Arrays.fill(config, (byte) 0);
        // Vendor and device read as ones: software takes them from the physical function.
        put(0x00, 4, -1);
        put(0x06, 2, 0x0010);
        put(0x08, 4, AdaConfig.CLASS_3D << 8 | AdaConfig.REVISION);
        put(0x2c, 2, AdaConfig.VENDOR);
        put(0x2e, 2, board.model().subsystemId());
        put(0x34, 1, EXPRESS);
        put(EXPRESS, 2, 0x10 | MSIX << 8);
        put(EXPRESS + 2, 2, 0x0002);
        for (int capabilities : EXPRESS_CAPABILITIES) {
            put(EXPRESS + capabilities, 4, board.physical().express(capabilities));
        }
        put(MSIX, 2, 0x11);
        put(MSIX + 2, 2, AdaConfig.VECTORS - 1);
        put(MSIX + 4, 4, 0x1_0000);
        put(MSIX + 8, 4, 0x2_0000);
        put(ROUTING, 4, 0x0001_000e);
    }

    private void put(int at, int width, int value) {
        for (int i = 0; i < width; i++) {
            config[at + i] = (byte) (value >>> 8 * i);
        }
    }

    FunctionRegisters registers() {
        return registers;
    }

    /** Gives it framebuffer, or takes it away with a length of 0. */
    void framebuffer(long start, long length) {
        framebufferStart = start;
        framebufferLength = length;
        board.mappedBars().move(index, place(0, 1));
    }

    /**
     * What is written during a reset of the function is not lost as it is with {@link #write}, only
     * what is written while the function has no framebuffer.
     */
    @Override
    public Optional<SharedMemory> mapBar(int bar) {
        return board.locked(
                () ->
                        gone || bar != 1 && bar != 3
                                ? Optional.empty()
                                : board.mappedBars().map(index, bar, place(0, 1)));
    }

    void vanish() {
        gone = true;
        board.engine().forget(index + 1);
        framebuffer(0, 0);
    }

    private void deliver(int vector) {
        listeners.forEach(listener -> listener.interrupted(vector));
    }

    /** Raises an interrupt of the function as its engines do. */
    void raise(int leaf, int bit) {
        registers.raise(leaf, bit);
    }

    long resets() {
        return resets;
    }

    @Override
    public GpuIdentity identity() {
        return board.physical().identity();
    }

    @Override
    public int configLength() {
        return CONFIG_LENGTH;
    }

    @Override
    public int readConfig(int offset, int width) {
        Accesses.checkConfig(offset, width, CONFIG_LENGTH);
        board.poll();
        board.lock();
        try {
            if (gone) {
                return (int) AccessWidth.ones(width);
            }
            int value = 0;
            for (int i = 0; i < width; i++) {
                int octet =
                        !resetting
                                ? config[offset + i] & 0xff
                                : offset + i < 2 ? STARTING >>> 8 * (offset + i) : 0xff;
                value |= octet << 8 * i;
            }
            return value;
        } finally {
            board.unlock();
        }
    }

    @Override
    public void writeConfig(int offset, int width, int value) {
        Accesses.checkConfig(offset, width, CONFIG_LENGTH);
        board.lock();
        try {
            for (int i = 0; i < width && !gone && !resetting; i++) {
                int at = offset + i;
                int octet = value >>> 8 * i & 0xff;
                if (at == COMMAND) {
                    String state = (octet & 4) == 0 ? "off" : "on";
                    board.orders().add("function " + (index + 1) + " bus master " + state);
                    config[at] = (byte) (octet & 4);
                } else if (at == MSIX + 3) {
                    config[at] = (byte) (octet & 0xc0 | config[at] & 0x3f);
                } else if (at == DEVICE_CONTROL + 1 && (octet & 0x80) != 0) {
                    beginReset();
                }
            }
        } finally {
            board.unlock();
        }
    }

    @Override
    public long barLength(int bar) {
        return switch (bar) {
            case 0 -> AdaConfig.VF_REGISTERS;
            case 1 -> board.model().vfApertureBytes();
            case 3 -> AdaConfig.INSTANCE_BYTES;
            default -> 0;
        };
    }

    @Override
    public long read(int bar, long offset, int width) {
        Accesses.check(offset, width, barLength(bar));
        board.lock();
        try {
            if (gone || resetting || !board.physical().virtualMemoryEnabled()) {
                return AccessWidth.ones(width);
            }
            if (bar == 0) {
                return registers.read((int) offset, width);
            }
            int block = block(bar);
            if (block < 0) {
                return tables.read(block, offset, width);
            }
            long at = place(offset, width);
            return at < 0 ? AccessWidth.ones(width) : board.framebuffer().read(at, width);
        } finally {
            board.unlock();
        }
    }

    @Override
    public void write(int bar, long offset, int width, long value) {
        Accesses.check(offset, width, barLength(bar));
        board.lock();
        try {
            if (gone || resetting || !board.physical().virtualMemoryEnabled()) {
                return;
            }
            if (bar == 0) {
                registers.write((int) offset, width, value);
                return;
            }
            int block = block(bar);
            long at = block < 0 ? -1 : place(offset, width);
            if (block < 0) {
                tables.write(block, offset, width, value);
            } else if (at >= 0) {
                board.framebuffer().write(at, width, value);
            }
        } finally {
            board.unlock();
        }
        board.deliver();
    }

    /**
     * Returns what binds a window; negative if it goes through the guest's page tables. A window
     * that is mapped never does: not as on the chip.
     */
    private int block(int bar) {
        return switch (bar) {
            case 1 ->
                    board.mappedBars().has(index)
                            ? 0
                            : registers.get(FunctionRegisters.FRAMEBUFFER_BLOCK);
            case 3 -> registers.get(FunctionRegisters.INSTANCE_BLOCK);
            default -> 0;
        };
    }

    /**
     * Returns the framebuffer offset behind a window that is bound physically, or -1: both windows
     * show the guest's own framebuffer from its start.
     */
    private long place(long offset, int width) {
        return offset > framebufferLength - width ? -1 : framebufferStart + offset;
    }

    // ---- what its firmware task reaches

    GuestTables tables() {
        return tables;
    }

    /** Returns the way to its guest's memory; null while the function must not access any. */
    @Nullable GuestDma dma() {
        boolean master = (config[COMMAND] & 4) != 0;
        return gone || resetting || !master ? null : dma;
    }

    /** Returns the framebuffer offset of a piece of the guest's own framebuffer, or -1. */
    long guestFramebuffer(long offset, long length) {
        return offset < 0 || offset > framebufferLength - length ? -1 : framebufferStart + offset;
    }

    @Override
    public void reachGuest(GuestMemory memory) {
        dma.reach(memory);
    }

    @Override
    public long mapForDma(MemorySegment segment, DmaAccess access) {
        return board.dma().map(segment, access);
    }

    @Override
    public void unmapForDma(long busAddress) {
        board.dma().unmap(busAddress);
    }

    @Override
    public Registration onInterrupt(InterruptListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void reset() {
        board.lock();
        try {
            if (!gone) {
                beginReset();
            }
        } finally {
            board.unlock();
        }
    }

    private void beginReset() {
        resetting = true;
        board.orders().add("function " + (index + 1) + " reset");
        board.engine().forget(index + 1);
        resets++;
        registers.reset();
        board.gsp().functionReset(index + 1);
        resetConfig();
        if (!board.faults().strikes(GspFault.FUNCTION_RESET_HANGS, index + 1)) {
            board.agenda().after(RESET_NANOS, () -> resetting = false);
        }
    }

    @Override
    public String toString() {
        return "VF " + index + " of " + board;
    }
}
