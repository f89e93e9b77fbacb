package org.gpumediator.intel.gen7;

import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.intel.gen7.hardware.HaswellDevices;

/**
 * Opens backends for Haswell GPUs.
 *
 * <p>The host's own virtual GPU has one privilege before guests: registers that are settings of the
 * whole GPU (clocks, power, memory controller) are those of the hardware.
 */
public final class Gen7BackendProvider implements GpuBackendProvider {

    /** Creates the provider. */
    public Gen7BackendProvider() {}

    @Override
    public String name() {
        return "intel-gen7";
    }

    @Override
    public int apiVersion() {
        return API_VERSION;
    }

    @Override
    public boolean supports(GpuIdentity identity) {
        return HaswellDevices.find(identity.vendor(), identity.device()).isPresent();
    }

    @Override
    public GpuBackend open(BackendContext context) {
        return new Gen7Backend(context);
    }
}
