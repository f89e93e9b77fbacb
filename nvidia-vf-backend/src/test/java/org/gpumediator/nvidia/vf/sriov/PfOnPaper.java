package org.gpumediator.nvidia.vf.sriov;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.Registration;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.pci.Capability;
import org.gpumediator.core.pci.ExtendedCapabilities;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.core.pci.PciFunctionBuilder;
import org.gpumediator.core.pci.SriovCapability;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.testkit.FakeGuestMemory;
import org.jspecify.annotations.Nullable;

/**
 * A physical function that is nothing but its configuration space, as the dump of an L20 has it:
 * the SR-IOV capability at 0xbcc, the alternative routing capability behind it.
 */
final class PfOnPaper implements PhysicalGpu {

    final PciFunction config;
    final List<String> writes = new ArrayList<>();
    boolean lost;

    private PfOnPaper(PciFunction config) {
        this.config = config;
    }

    static PfOnPaper of(AdaBoard board) {
        return new PfOnPaper(
                function(board, sriov(board), ExtendedCapabilities.alternativeRouting(0)));
    }

    static PfOnPaper without(AdaBoard board) {
        return new PfOnPaper(function(board, null, ExtendedCapabilities.alternativeRouting(0)));
    }

    static PfOnPaper with(AdaBoard board, SriovCapability sriov) {
        return new PfOnPaper(function(board, sriov, ExtendedCapabilities.alternativeRouting(0)));
    }

    static SriovCapability sriov(AdaBoard board) {
        return SriovCapability.of(AdaBoard.TOTAL_VFS)
                .vfDevice(board.deviceId())
                .routing(SriovRegisters.ADA_FIRST_VF_OFFSET, SriovRegisters.ADA_VF_STRIDE)
                .pageSizes(SriovRegisters.ADA_PAGE_SIZES)
                .tenBitTags()
                .vfBar(0, BarKind.MEMORY_32, board.vfBar0Bytes())
                .vfBar(1, BarKind.MEMORY_64_PREFETCHABLE, board.vfBar1Bytes())
                .vfBar(3, BarKind.MEMORY_64_PREFETCHABLE, board.vfBar3Bytes());
    }

    private static PciFunction function(
            AdaBoard board, @Nullable SriovCapability sriov, Capability routing) {
        PciFunctionBuilder builder =
                PciFunction.builder()
                        .extendedSpace()
                        .identity(AdaBoard.VENDOR_ID, board.deviceId())
                        .revision(AdaBoard.REVISION_ID)
                        .classCode(VfConfigSpace.RAW_CLASS)
                        .bar(0, BarKind.MEMORY_32, 16 * AdaBoard.MIB)
                        .bar(1, BarKind.MEMORY_64_PREFETCHABLE, 64 * AdaBoard.GIB)
                        .bar(3, BarKind.MEMORY_64_PREFETCHABLE, 32 * AdaBoard.MIB);
        if (sriov != null) {
            builder.capability(SriovRegisters.ADA_SRIOV_OFFSET, sriov.build());
        }
        builder.capability(SriovRegisters.ADA_ARI_OFFSET, routing);
        PciFunction function =
                builder.build(VmmPort.of(new FakeGuestMemory(), InterruptSink.none()));
        function.write(4, 2, 0x6);
        return function;
    }

    /** Gives every VF BAR a window, as the machine's firmware does. */
    PfOnPaper withWindows() {
        SriovView view = SriovView.find(this).orElseThrow();
        long base = 1L << 32;
        for (VfBar bar : view.bars()) {
            if (bar.kind().is64Bit()) {
                view.assign(bar, base);
                base += bar.windowBytes(AdaBoard.TOTAL_VFS);
            } else {
                view.assign(bar, 0x8000_0000L);
            }
        }
        writes.clear();
        return this;
    }

    @Override
    public GpuIdentity identity() {
        throw new AssertionError("not asked for");
    }

    @Override
    public int configLength() {
        return config.length();
    }

    @Override
    public int readConfig(int offset, int width) {
        return lost ? -1 >>> (32 - 8 * width) : config.read(offset, width);
    }

    @Override
    public void writeConfig(int offset, int width, int value) {
        writes.add(String.format("%x/%d=%x", offset, width, value));
        config.write(offset, width, value);
    }

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
        throw new AssertionError("not asked for");
    }

    @Override
    public void unmapForDma(long busAddress) {
        throw new AssertionError("not asked for");
    }

    @Override
    public Registration onInterrupt(InterruptListener listener) {
        return () -> {};
    }

    @Override
    public void reset() {
        config.reset(ResetKind.FUNCTION_LEVEL);
    }
}
