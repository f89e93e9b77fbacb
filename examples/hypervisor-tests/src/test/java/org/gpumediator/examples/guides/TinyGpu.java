package org.gpumediator.examples.guides;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.Registration;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;

/** The smallest GPU there can be: one BAR of registers that store what is written. */
final class TinyGpu implements PhysicalGpu {

    static final GpuIdentity IDENTITY = new GpuIdentity(0x1b36, 0x0042, 0, 0, 1, 0x038000);

    private final MemorySegment registers = MemorySegment.ofArray(new byte[4096]);
    private long nextBusAddress = 1 << 20;

    @Override
    public GpuIdentity identity() {
        return IDENTITY;
    }

    @Override
    public int configLength() {
        return 256;
    }

    @Override
    public int readConfig(int offset, int width) {
        return switch (offset) {
            case 0 -> IDENTITY.vendor() | IDENTITY.device() << 16;
            case 8 -> IDENTITY.revision() | IDENTITY.classCode() << 8;
            default -> 0;
        };
    }

    @Override
    public void writeConfig(int offset, int width, int value) {}

    @Override
    public long barLength(int bar) {
        return bar == 0 ? registers.byteSize() : 0;
    }

    @Override
    public long read(int bar, long offset, int width) {
        return AccessWidth.get(registers, offset, width);
    }

    @Override
    public void write(int bar, long offset, int width, long value) {
        AccessWidth.put(registers, offset, width, value);
    }

    @Override
    public synchronized long mapForDma(MemorySegment segment, DmaAccess access) {
        long address = nextBusAddress;
        nextBusAddress += segment.byteSize();
        return address;
    }

    @Override
    public void unmapForDma(long busAddress) {}

    @Override
    public Registration onInterrupt(InterruptListener listener) {
        return () -> {};
    }

    @Override
    public void reset() {
        registers.fill((byte) 0);
    }
}
