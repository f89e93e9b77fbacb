package org.gpumediator.api.spi;

import org.gpumediator.api.hardware.GpuIdentity;

/**
 * Opens backends for the GPUs of one family. Found by {@link java.util.ServiceLoader}; a provider
 * is listed both in its {@code module-info} and in {@code META-INF/services}.
 *
 * @implSpec Needs a public constructor without arguments, holds no state, is safe for use by
 *     multiple threads.
 */
public interface GpuBackendProvider {

    /** The version of this SPI. A provider built for another one is not used. */
    int API_VERSION = 1;

    /**
     * Returns the stable name of the backend, such as {@code intel-gen7}: lower-case letters,
     * digits and dashes.
     */
    String name();

    /** Returns the {@link #API_VERSION} it was built for. */
    int apiVersion();

    /** Returns whether it can drive such a GPU. */
    boolean supports(GpuIdentity identity);

    /**
     * Opens a backend for one physical GPU.
     *
     * @throws org.gpumediator.api.GpuMediationException if the GPU cannot be taken over
     * @throws IllegalArgumentException if an option is unknown or has no legal value; the message
     *     names it and the limit
     */
    GpuBackend open(BackendContext context);
}
