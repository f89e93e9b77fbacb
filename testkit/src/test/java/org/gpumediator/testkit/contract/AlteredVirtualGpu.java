package org.gpumediator.testkit.contract;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VirtualGpu;

/** A virtual GPU that passes everything on; a mutant overrides one method. */
class AlteredVirtualGpu implements VirtualGpu {

    final VirtualGpu original;

    AlteredVirtualGpu(VirtualGpu original) {
        this.original = original;
    }

    /** Returns one with other handlers behind its BARs. */
    static VirtualGpu handlers(VirtualGpu original, UnaryOperator<TrapHandler> altered) {
        List<TrapRegion> regions =
                original.regions().stream()
                        .map(
                                region ->
                                        TrapRegion.trapped(
                                                region.index(),
                                                region.kind(),
                                                region.length(),
                                                altered.apply(region.handler())))
                        .toList();
        return new AlteredVirtualGpu(original) {
            @Override
            public List<TrapRegion> regions() {
                return regions;
            }
        };
    }

    @Override
    public String name() {
        return original.name();
    }

    @Override
    public int id() {
        return original.id();
    }

    @Override
    public VgpuType type() {
        return original.type();
    }

    @Override
    public ResourcePartition partition() {
        return original.partition();
    }

    @Override
    public VirtualGpuState state() {
        return original.state();
    }

    @Override
    public ConfigSpace configSpace() {
        return original.configSpace();
    }

    @Override
    public List<TrapRegion> regions() {
        return original.regions();
    }

    @Override
    public MessageInterrupts interrupts() {
        return original.interrupts();
    }

    @Override
    public void reset(ResetKind kind) {
        original.reset(kind);
    }

    @Override
    public void quiesce() {
        original.quiesce();
    }

    @Override
    public void resume() {
        original.resume();
    }

    @Override
    public VgpuStatistics statistics() {
        return original.statistics();
    }

    @Override
    public <T> Optional<T> ability(Class<T> ability) {
        return original.ability(ability);
    }

    @Override
    public void close() {
        original.close();
    }
}
