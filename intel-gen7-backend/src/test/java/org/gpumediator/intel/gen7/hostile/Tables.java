package org.gpumediator.intel.gen7.hostile;

import org.gpumediator.core.VgpuRequest;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;

/** How the mediator hears of what a guest writes into its graphics tables. */
enum Tables {
    /** Each write traps. */
    STRICT,
    /** The guest writes plain memory; the mediator looks before it runs anything. */
    RELAXED;

    VgpuRequest request(String name) {
        String mode = this == STRICT ? "strict" : "relaxed";
        return World.quotas(name, 64, 128, 4).with("gtt", mode).with("ppgtt", mode);
    }

    FakeVmm vmm() {
        FakeVmm.Builder builder = FakeVmm.builder();
        return this == STRICT
                ? builder.build()
                : builder.withoutWriteTracking().mappingDirectWindows().build();
    }
}
