package org.gpumediator.core.catalogue;

import org.gpumediator.api.vmm.TrapHandler;
import org.jspecify.annotations.Nullable;

/**
 * A trapped region that begins with a register file, so that whoever carries its traps can go
 * straight to the registers: two calls less that the processor cannot predict.
 */
public interface RegisterRegion extends TrapHandler {

    /**
     * Returns what alone answers the accesses that begin in the first {@link RegisterFile#length}
     * bytes of the region, always the same; {@code null} if something else has a say there.
     */
    @Nullable RegisterFile<?> registers();
}
