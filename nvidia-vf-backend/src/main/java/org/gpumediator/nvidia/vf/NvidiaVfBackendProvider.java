package org.gpumediator.nvidia.vf;

import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.nvidia.vf.types.AdaBoard;

/**
 * Opens backends for boards of the Ada family. Abilities of their mediators: {@link
 * org.gpumediator.api.spi.SchedulingControl}, {@link org.gpumediator.api.spi.HostPower} and {@link
 * org.gpumediator.nvidia.vf.guard.BoardGuards}.
 */
public final class NvidiaVfBackendProvider implements GpuBackendProvider {

    /** Creates the provider. */
    public NvidiaVfBackendProvider() {}

    @Override
    public String name() {
        return "nvidia-vf";
    }

    @Override
    public int apiVersion() {
        return API_VERSION;
    }

    @Override
    public boolean supports(GpuIdentity identity) {
        return identity.vendor() == AdaBoard.VENDOR_ID
                && AdaBoard.byDeviceId(identity.device()).isPresent();
    }

    @Override
    public GpuBackend open(BackendContext context) {
        GpuIdentity identity = context.gpu().identity();
        AdaBoard board =
                AdaBoard.byDeviceId(identity.device())
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                identity + ": not a board of this family"));
        return new NvidiaVfBackend(context, board, VfOptions.of(context.options()));
    }
}
