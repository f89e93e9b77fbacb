package org.gpumediator.core;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.Registration;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;

/** A GPU with an identity and nothing else: the tests of the mediator never get so far. */
record PaperGpu(GpuIdentity identity) implements PhysicalGpu {

    static PaperGpu of(int vendor, int device) {
        return new PaperGpu(new GpuIdentity(vendor, device, 0, 0, 1, 0x03_0000));
    }

    @Override
    public int configLength() {
        return 256;
    }

    @Override
    public int readConfig(int offset, int width) {
        return -1;
    }

    @Override
    public void writeConfig(int offset, int width, int value) {}

    @Override
    public long barLength(int bar) {
        return 0;
    }

    @Override
    public long read(int bar, long offset, int width) {
        return -1;
    }

    @Override
    public void write(int bar, long offset, int width, long value) {}

    @Override
    public long mapForDma(MemorySegment segment, DmaAccess access) {
        throw new AssertionError("nothing is mapped in these tests");
    }

    @Override
    public void unmapForDma(long busAddress) {
        throw new AssertionError("nothing is mapped in these tests");
    }

    @Override
    public Registration onInterrupt(InterruptListener listener) {
        return () -> {};
    }

    @Override
    public void reset() {}
}
