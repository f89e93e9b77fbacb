package org.gpumediator.testkit.haswell;

import org.jspecify.annotations.Nullable;

/** Hears which memory the fake GPU reads and writes, got with {@link FakeHaswell#watchMemory}. */
@FunctionalInterface
public interface MemoryWatch {

    /**
     * The GPU accesses memory that is mapped for it. Called with the fake's lock held, often: must
     * be quick.
     *
     * @param engine who accesses; {@code null} for the processor's aperture
     * @param busAddress an address on the page that is accessed
     */
    void accessed(@Nullable HaswellEngine engine, BusFault.Access access, long busAddress);
}
