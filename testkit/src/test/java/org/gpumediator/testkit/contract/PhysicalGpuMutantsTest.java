package org.gpumediator.testkit.contract;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;
import org.gpumediator.api.Registration;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.testkit.plain.PlainGpu;

class PhysicalGpuMutantsTest extends MutantsTest<PhysicalGpuContract> {

    PhysicalGpuMutantsTest() {
        super(PhysicalGpuContract.class);
    }

    private static PhysicalGpuContract contract(Supplier<PhysicalGpu> gpu) {
        return new PhysicalGpuContract() {
            @Override
            protected PhysicalGpu gpu() {
                return gpu.get();
            }
        };
    }

    private static Mutant<PhysicalGpuContract> mutant(
            String test, String promise, Supplier<PhysicalGpu> altered) {
        return new Mutant<>(test, promise, () -> contract(altered));
    }

    @Override
    PhysicalGpuContract sound() {
        return contract(PlainGpu::new);
    }

    @Override
    List<Mutant<PhysicalGpuContract>> mutants() {
        return List.of(
                mutant(
                        "identity_always_isThatOfConfig",
                        "says another device",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public GpuIdentity identity() {
                                        return new GpuIdentity(0x1234, 9, 0x1234, 2, 3, 0x030000);
                                    }
                                }),
                mutant(
                        "config_illegalAccess_isRefused",
                        "takes any width",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public int readConfig(int offset, int width) {
                                        return width == 3 ? 0 : super.readConfig(offset, width);
                                    }
                                }),
                mutant(
                        "read_legalAccess_fitsItsWidth",
                        "sign-extends",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public long read(int bar, long offset, int width) {
                                        return super.read(bar, offset, width)
                                                | (width < 8 ? -1L << 63 : 0);
                                    }
                                }),
                mutant(
                        "access_illegal_isRefused",
                        "ignores bad writes",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public void write(int bar, long offset, int width, long value) {
                                        if (offset >= 0) {
                                            super.write(bar, offset, width, value);
                                        }
                                    }
                                }),
                mutant(
                        "readBlock_illegal_isRefused",
                        "reads what is there of a block",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public void readBlock(
                                            int bar, long offset, MemorySegment target) {
                                        target.fill((byte) 0);
                                    }
                                }),
                mutant(
                        "mapForDma_twice_givesTwoAddresses",
                        "always the same address",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public long mapForDma(MemorySegment segment, DmaAccess access) {
                                        return 4096;
                                    }
                                }),
                mutant(
                        "unmapForDma_twice_isRefused",
                        "unmaps anything",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public void unmapForDma(long busAddress) {}
                                }),
                mutant(
                        "mapForDma_illegalSegment_isRefused",
                        "maps anything",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public long mapForDma(MemorySegment segment, DmaAccess access) {
                                        return 0;
                                    }
                                }),
                mutant(
                        "reset_afterWrites_restoresRegisters",
                        "resets nothing",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public void reset() {}
                                }),
                mutant(
                        "onInterrupt_closedTwice_isHarmless",
                        "one handle for all",
                        () ->
                                new AlteredGpu() {
                                    private final Registration one = () -> {};

                                    @Override
                                    public Registration onInterrupt(InterruptListener listener) {
                                        return one;
                                    }
                                }));
    }

    /** Passes everything on; a mutant overrides one method. */
    private static class AlteredGpu implements PhysicalGpu {

        final PlainGpu original = new PlainGpu();

        @Override
        public GpuIdentity identity() {
            return original.identity();
        }

        @Override
        public int configLength() {
            return original.configLength();
        }

        @Override
        public int readConfig(int offset, int width) {
            return original.readConfig(offset, width);
        }

        @Override
        public void writeConfig(int offset, int width, int value) {
            original.writeConfig(offset, width, value);
        }

        @Override
        public long barLength(int bar) {
            return original.barLength(bar);
        }

        @Override
        public long read(int bar, long offset, int width) {
            return original.read(bar, offset, width);
        }

        @Override
        public void write(int bar, long offset, int width, long value) {
            original.write(bar, offset, width, value);
        }

        @Override
        public long mapForDma(MemorySegment segment, DmaAccess access) {
            return original.mapForDma(segment, access);
        }

        @Override
        public void unmapForDma(long busAddress) {
            original.unmapForDma(busAddress);
        }

        @Override
        public Registration onInterrupt(InterruptListener listener) {
            return original.onInterrupt(listener);
        }

        @Override
        public void reset() {
            original.reset();
        }
    }
}
