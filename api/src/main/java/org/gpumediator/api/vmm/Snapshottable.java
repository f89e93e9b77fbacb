package org.gpumediator.api.vmm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.gpumediator.api.SnapshotFormatException;
import org.gpumediator.api.SnapshotIncompatibleException;
import org.gpumediator.api.VirtualGpuState;

/** A virtual GPU whose state can be saved and restored. Obtained by {@link VirtualGpu#ability}. */
public interface Snapshottable {

    /**
     * Saves the state as a versioned, checksummed stream.
     *
     * @throws IllegalStateException if the virtual GPU is not {@link VirtualGpuState#QUIESCED}
     * @throws IOException if the stream fails; the virtual GPU is unchanged
     */
    void save(OutputStream target) throws IOException;

    /**
     * Replaces the state by a saved one.
     *
     * @throws IllegalStateException if the virtual GPU is not {@link VirtualGpuState#QUIESCED}
     * @throws SnapshotFormatException if the stream is damaged or truncated; the virtual GPU is
     *     reset
     * @throws SnapshotIncompatibleException if the stream is sound but not for this virtual GPU; it
     *     is unchanged
     * @throws IOException if the stream fails; the virtual GPU is reset
     */
    void restore(InputStream source) throws IOException;
}
