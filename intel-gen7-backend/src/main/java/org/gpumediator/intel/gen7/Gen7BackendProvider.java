package org.gpumediator.intel.gen7;

import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackendProvider;

/** Opens backends for Haswell GPUs. */
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
